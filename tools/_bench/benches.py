"""The benches: what is measured, against what, and what it is to reach."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from _bench.measure import (
    ROOT,
    Contender,
    Process,
    Sink,
    Workers,
    in_turn,
    interpreter,
    run_setup,
    run_timed,
    with_counts,
)
from _bench.report import ENGINE, LIMIT, Result, Sample, Target, result_of

DELIVERY = Target(ratio_to_floor=0.9)
WAYS = {
    "list": ("table", "stream"),
    "object": ("table, dicts", "stream, dicts", "table, fragments"),
    "hash": ("table, dicts", "stream, dicts", "table, fragments"),
}
COMMAND = ("-c", "from maniple.cli.main import run; run()")
"""What the `maniple` command runs."""
HOLD_BACK = 0.1


@dataclass(frozen=True)
class Scale:
    """How much is measured. Where a million users take a moment, it is always a million."""

    users: int
    """Of the deliveries that take longer."""
    waiting_users: int
    """Of the delivery to a slow partner."""
    rounds: int
    commands: int
    """Rounds of whole commands."""


MILLION = 1_000_000
FULL = Scale(MILLION, 100_000, rounds=9, commands=5)
QUICK = Scale(200_000, 20_000, rounds=4, commands=2)


@dataclass
class Bench:
    """Where the benches work: a folder that is theirs, and the sink."""

    folder: Path
    sink: Sink
    scale: Scale

    def cohort(self, users: int, first: int = 0) -> Path:
        """A cohort file, written once."""
        path = self.folder / f"cohort-{first}-{users}.csv"
        if not path.exists():
            run_setup("cohort", str(path), str(users), str(first))
        return path

    def plan(self, case: str, users: int) -> Path:
        """A folder with the plan of a first run, made once."""
        path = self.folder / f"{case}-{users}"
        if not path.exists():
            run_setup("plan", case, str(path), str(self.cohort(users)))
        return path

    def command(self, home: Path, *words: str) -> Sample:
        """A maniple command in a fresh process."""
        sample = run_timed([interpreter(), *COMMAND, *words], MANIPLE_HOME=str(home))
        return with_counts(sample, self.sink)

    def script(self, *words: str) -> Contender:
        """The hand-written script in a fresh process."""

        def once() -> Sample:
            return with_counts(run_timed([interpreter(), "-m", "_bench.floor_sync", *words]), self.sink)

        return once

    def fresh_home(self) -> Path:
        """A home with a connection to the sink."""
        home = self.folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        run_setup("connect", "list", str(self.folder), str(self.sink.port), str(home))
        return home


def _deliver(name: str, case: str) -> Callable[[Bench], Result]:
    def measure(bench: Bench) -> Result:
        users = MILLION if case == "list" else bench.scale.users
        where = (case, str(bench.plan(case, users)), str(bench.sink.port))
        with Workers(bench.sink) as workers:
            contenders = {ENGINE: workers.start("engine", *where), LIMIT: workers.start("limit", *where)}
            contenders |= {way: workers.start("floor", *where, way) for way in WAYS[case]}
            rounds = in_turn(contenders, bench.scale.rounds, warm_up=True)
        return result_of(name, users, rounds, target=DELIVERY)

    return measure


def latency_100ms(bench: Bench) -> Result:
    """A partner that takes 100 ms to answer: how much of four batches at a time is used."""
    users = bench.scale.waiting_users
    where = ("object", str(bench.plan("object", users)), str(bench.sink.port))
    bench.sink.hold_back(HOLD_BACK)
    try:
        with Workers(bench.sink) as workers:
            contenders = {
                ENGINE: workers.start("engine", *where),
                "table, dicts": workers.start("floor", *where, "table, dicts"),
            }
            rounds = in_turn(contenders, bench.scale.commands, warm_up=True)
    finally:
        bench.sink.hold_back(0)
    return result_of("latency_100ms", users, rounds, limit_s=users / 1000 / 4 * HOLD_BACK)


def sync_first_1m(bench: Bench) -> Result:
    """`maniple sync` of a new cohort in a new home, as a user has it: the whole process."""
    users, port = MILLION, str(bench.sink.port)
    cohort = bench.cohort(users)
    plan = bench.plan("list", users)

    def engine() -> Sample:
        home = bench.fresh_home()
        bench.sink.take_counts()
        return bench.command(home, "sync", "bench", str(cohort), "--cohort", "Bench", "--quiet")

    with Workers(bench.sink) as workers:
        contenders = {
            ENGINE: engine,
            "arrow": bench.script("first", "arrow", port, str(cohort)),
            "csv": bench.script("first", "csv", port, str(cohort)),
            LIMIT: workers.start("limit", "list", str(plan), port),
        }
        rounds = in_turn(contenders, bench.scale.commands, warm_up=False)
    target = Target(ratio_to_floor=0.4, users_per_s=300_000)
    return result_of("sync_first_1m", users, rounds, target=target)


def sync_diff_1m(bench: Bench) -> Result:
    """The second `maniple sync`, with one user in a hundred another."""
    users, port = MILLION, str(bench.sink.port)
    before, after = bench.cohort(users), bench.cohort(users, users // 100)
    kept = bench.fresh_home()
    words = ("--cohort", "Bench", "--quiet")
    bench.command(kept, "sync", "bench", str(before), *words)
    first = kept.rename(bench.folder / "home-first")

    def engine() -> Sample:
        home = bench.folder / "home-second"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(first, home)
        bench.sink.take_counts()
        return bench.command(home, "sync", "bench", str(after), *words)

    contenders = {
        ENGINE: engine,
        "arrow": bench.script("diff", "arrow", port, str(after), str(before)),
        "csv": bench.script("diff", "csv", port, str(after), str(before)),
    }
    rounds = in_turn(contenders, bench.scale.commands, warm_up=False)
    shutil.rmtree(first)
    return result_of("sync_diff_1m", users, rounds)


def load_all(bench: Bench) -> Result:
    """Every manifest of the catalogue loaded, checked and compiled, in a process that has done it before."""
    process = Process("_bench.worker", "load", str(ROOT / "integrations"))
    try:
        passes = [process.ask() for _ in range(bench.scale.rounds + 1)][1:]
    finally:
        process.close()
    each = {slug: round(median(one["ms_each"][slug] for one in passes), 2) for slug in passes[0]["ms_each"]}
    wall = median(one["wall_s"] for one in passes)
    more = {
        "wall_s": round(wall, 4),
        "rounds": len(passes),
        "manifests": len(each),
        "ms_a_manifest": round(wall * 1000 / len(each), 2),
        "ms_each": each,
    }
    cpu, peak = median(one["cpu_s"] for one in passes), max(one["peak_mb"] for one in passes)
    return Result("load_all", None, None, cpu, peak, more=more)


def startup(bench: Bench) -> Result:
    """`maniple --help`, and beside it a Python that does nothing."""
    contenders = {
        ENGINE: lambda: run_timed([interpreter(), *COMMAND, "--help"]),
        "bare": lambda: run_timed([interpreter(), "-c", "pass"]),
    }
    rounds = in_turn(contenders, bench.scale.rounds, warm_up=True)
    own, bare = [turn[ENGINE] for turn in rounds], [turn["bare"] for turn in rounds]
    more = {
        "wall_s": round(median(sample.wall_s for sample in own), 4),
        "rounds": len(rounds),
        "bare_python_cpu_s": round(median(sample.cpu_s for sample in bare), 3),
    }
    cpu, peak = median(sample.cpu_s for sample in own), max(sample.peak_mb for sample in own)
    return Result("startup", None, None, cpu, peak, more=more)


BENCHES: dict[str, Callable[[Bench], Result]] = {
    "deliver_list_10k": _deliver("deliver_list_10k", "list"),
    "deliver_object_1k": _deliver("deliver_object_1k", "object"),
    "deliver_hash_10k": _deliver("deliver_hash_10k", "hash"),
    "sync_first_1m": sync_first_1m,
    "sync_diff_1m": sync_diff_1m,
    "latency_100ms": latency_100ms,
    "load_all": load_all,
    "startup": startup,
}
