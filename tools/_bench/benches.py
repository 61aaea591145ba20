"""The benches: what is measured, against what, and what it is to reach."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from _bench.measure import (
    ROOT,
    Contender,
    Process,
    Sink,
    Workers,
    environment,
    in_turn,
    interpreter,
    run_setup,
    run_timed,
    with_counts,
)
from _bench.portal import fill, first_frame
from _bench.report import ENGINE, LIMIT, Result, Sample, Target, result_of

BATCHES = Target(at_least={"ratio_to_floor": 0.9})
SINGLES = Target(at_least={"ratio_to_floor": 0.8})
WAYS = {
    "list": ("table", "stream"),
    "object": ("table, dicts", "stream, dicts", "table, fragments"),
    "hash": ("table, dicts", "stream, dicts", "table, fragments"),
    "single": ("table, dicts", "stream, dicts"),
}
COMMAND = ("-c", "from maniple.cli.main import main; main()")
"""What the `maniple` command runs."""
HOLD_BACK = 0.1
INTEGRATIONS = 70
"""In the folder that the portal shows."""


@dataclass(frozen=True)
class Scale:
    """How much is measured. Where a million users take a moment, it is always a million."""

    users: int
    """Of the deliveries that take longer."""
    waiting_users: int
    """Of the delivery to a slow partner."""
    single_users: int
    """Of the delivery of one user a request."""
    members: int
    """Of the memberships that are compared."""
    tenfold: bool
    """Whether ten times as many are compared too."""
    rounds: int
    commands: int
    """Rounds of whole commands."""


MILLION = 1_000_000
FULL = Scale(MILLION, 100_000, 20_000, 10 * MILLION, tenfold=True, rounds=9, commands=5)
QUICK = Scale(200_000, 20_000, 4_000, MILLION, tenfold=False, rounds=3, commands=2)


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


def _deliver(name: str, case: str, target: Target) -> Callable[[Bench], Result]:
    def measure(bench: Bench) -> Result:
        users = {"list": MILLION, "single": bench.scale.single_users}.get(case, bench.scale.users)
        where = (case, str(bench.plan(case, users)), str(bench.sink.port))
        with Workers(bench.sink) as workers:
            contenders = {ENGINE: workers.start("engine", *where), LIMIT: workers.start("limit", *where)}
            contenders |= {way: workers.start("floor", *where, way) for way in WAYS[case]}
            rounds = in_turn(contenders, bench.scale.rounds, warm_up=True)
        return result_of(name, users, rounds, target=target)

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
    target = Target(at_least={"ratio_to_limit": 0.95})
    return result_of("latency_100ms", users, rounds, target=target, limit_s=users / 1000 / 4 * HOLD_BACK)


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
    target = Target(at_least={"ratio_to_floor": 0.4, "users_per_s": 300_000})
    return result_of("sync_first_1m", users, rounds, target=target)


def sync_diff_10m(bench: Bench) -> Result:
    """What is to change between two memberships of which one user in a hundred is another."""
    members = bench.scale.members
    contenders = {how: _difference(bench, how, members) for how in (ENGINE, "anti", "outer")}
    rounds = in_turn(contenders, 2, warm_up=False)
    most = {"peak_mb": 1024.0, "tenfold_peak_mb": 2048.0, "tenfold_time": 12.0}
    target = Target(at_least={"ratio_to_floor": 1 / 1.5}, at_most=most)
    result = result_of("sync_diff_10m", members, rounds, target=target)
    shutil.rmtree(bench.folder / f"members-{members}")
    if not bench.scale.tenfold:
        return result
    tenfold = _difference(bench, ENGINE, 10 * members)()
    shutil.rmtree(bench.folder / f"members-{10 * members}")
    more = {
        "tenfold_wall_s": round(tenfold.wall_s, 1),
        "tenfold_peak_mb": round(tenfold.peak_mb, 1),
        "tenfold_time": round(tenfold.wall_s * result.users_per_s / members, 2) if result.users_per_s else None,
    }
    return replace(result, more={**result.more, **more})


def _difference(bench: Bench, how: str, members: int) -> Contender:
    folder = bench.folder / f"members-{members}"
    if not folder.exists():
        run_setup("members", str(folder), str(members))
    return lambda: run_timed([interpreter(), "-m", "_bench.difference", how, str(folder)])


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
        "ms_slowest": max(each.values()),
        "ms_each": each,
    }
    cpu, peak = median(one["cpu_s"] for one in passes), max(one["peak_mb"] for one in passes)
    return Result("load_all", None, None, cpu, peak, target=Target(at_most={"ms_slowest": 10.0}), more=more)


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
    return Result("startup", None, None, cpu, peak, target=Target(at_most={"cpu_s": 0.35}), more=more)


def portal(bench: Bench) -> Result:
    """The portal with seventy integrations: its first frame, and typing in the largest manifest of the catalogue."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "integrations"
        folder.mkdir()
        fill(folder, ROOT / "integrations", INTEGRATIONS)
        first_frame(folder)
        frames = [first_frame(folder) for _ in range(bench.scale.commands)]
    manifests = (ROOT / "integrations").glob("*/manifest.yaml")
    largest = max(manifests, key=lambda path: path.stat().st_size)
    asked = subprocess.run(
        [interpreter(), "-m", "_bench.portal", "keys", str(largest)],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    felt = json.loads(asked.stdout)
    more = {
        "frame_s": round(median(frames), 3),
        "silence_ms": max(felt["form_silence_ms"], felt["text_silence_ms"]),
        "rounds": len(frames),
        "manifest": largest.parent.name,
        **felt,
    }
    target = Target(at_most={"frame_s": 1.0, "silence_ms": 100.0})
    return Result("portal", None, None, felt["cpu_s"], felt["peak_mb"], target=target, more=more)


BENCHES: dict[str, Callable[[Bench], Result]] = {
    "deliver_list_10k": _deliver("deliver_list_10k", "list", BATCHES),
    "deliver_object_1k": _deliver("deliver_object_1k", "object", BATCHES),
    "deliver_hash_10k": _deliver("deliver_hash_10k", "hash", BATCHES),
    "deliver_single": _deliver("deliver_single", "single", SINGLES),
    "sync_first_1m": sync_first_1m,
    "sync_diff_10m": sync_diff_10m,
    "latency_100ms": latency_100ms,
    "load_all": load_all,
    "startup": startup,
    "portal": portal,
}
