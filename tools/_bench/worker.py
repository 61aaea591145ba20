"""A process whose passes are timed. It reads lines from standard input and answers each with a line of JSON.

    python -m _bench.worker engine CASE FOLDER PORT        deliver the plan in FOLDER with the engine
    python -m _bench.worker floor CASE FOLDER PORT HOW     the same, by hand
    python -m _bench.worker limit CASE FOLDER PORT         the same requests, rendered beforehand
    python -m _bench.worker load CATALOGUE                 load, check and compile every manifest

Everything is imported before the first pass. And, once each, without a line to wait for:

    python -m _bench.worker plan CASE FOLDER COHORT        make the plan of a first run in FOLDER, and its requests
    python -m _bench.worker connect CASE FOLDER PORT HOME  make a connection in HOME
    python -m _bench.worker cohort FILE USERS FIRST        write a cohort file
    python -m _bench.worker members FOLDER COUNT           make two memberships of which one in a hundred differs
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _bench import difference
from _bench.cohorts import CASES, write_cohort


class Pass:
    """The seconds of one pass, by the clock and of the process on both cores."""

    def __enter__(self) -> Pass:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu


def peak_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engine_pass(case: str, folder: Path, port: int) -> Callable[[], Pass]:
    """`Run.deliver` of a new run in a new home, from the plan file to the last answer."""
    from _bench import engine
    from maniple.wiring import Workspace

    async def deliver(run: Any) -> Pass:
        with Pass() as timed:
            await run.deliver()
        await run.edges.sender.close()
        assert run.delivery.failure is None, run.delivery.failure
        return timed

    def once() -> Pass:
        with tempfile.TemporaryDirectory(dir=folder) as home, Workspace.open({"MANIPLE_HOME": home}) as workspace:
            return asyncio.run(deliver(engine.open_delivery(workspace, CASES[case], folder, port)))

    return once


def floor_pass(case: str, folder: Path, port: int, how: str) -> Callable[[], Pass]:
    """The hand-written way `how`."""
    from _bench import floors

    def once() -> Pass:
        with Pass() as timed:
            floors.deliver(case, how, folder / "adds.parquet", CASES[case].size, port)
        return timed

    return once


def limit_pass(folder: Path, port: int) -> Callable[[], Pass]:
    """Ready requests."""
    from _bench import limit

    requests = limit.read_requests(folder / "requests")

    def once() -> Pass:
        with Pass() as timed:
            limit.deliver(requests, port)
        return timed

    return once


def load_pass(catalogue: Path) -> Callable[[], dict[str, Any]]:
    """Every manifest of the catalogue, ms each."""
    from maniple.usecases.destinations import load_file, manifest_files

    paths = manifest_files(catalogue)

    def once() -> dict[str, Any]:
        each: dict[str, float] = {}
        with Pass() as whole:
            for path in paths:
                with Pass() as timed:
                    load_file(path)
                each[path.parent.name] = round(timed.wall * 1000, 2)
        return {"wall_s": whole.wall, "cpu_s": whole.cpu, "peak_mb": peak_mb(), "ms_each": each}

    return once


def serve(once: Callable[[], Any]) -> None:
    """One pass a line."""
    print("ready", flush=True)
    for _ in sys.stdin:
        found = once()
        if isinstance(found, Pass):
            found = {"wall_s": found.wall, "cpu_s": found.cpu, "peak_mb": peak_mb()}
        print(json.dumps(found), flush=True)


def make_plan(case: str, folder: Path, cohort: Path) -> None:
    """The plan and the requests that follow from it."""
    from _bench import engine, limit

    engine.write_plan(CASES[case], cohort, folder)
    limit.write_requests(engine.requests(CASES[case], folder, 1), folder / "requests")


def make_connection(case: str, folder: Path, port: int, home: str) -> None:
    """A connection named `bench` in a new home; its manifest lies in `folder`."""
    from _bench import engine
    from maniple.usecases.destinations import load_file
    from maniple.wiring import Workspace

    manifest = folder / "manifest.yaml"
    manifest.write_text(CASES[case].manifest, encoding="utf-8")
    with Workspace.open({"MANIPLE_HOME": home}) as workspace:
        engine.connected(workspace, load_file(manifest), CASES[case], port)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["engine", case, folder, port]:
            serve(engine_pass(case, Path(folder), int(port)))
        case ["floor", case, folder, port, how]:
            serve(floor_pass(case, Path(folder), int(port), how))
        case ["limit", _, folder, port]:
            serve(limit_pass(Path(folder), int(port)))
        case ["load", catalogue]:
            serve(load_pass(Path(catalogue)))
        case ["plan", case, folder, cohort]:
            make_plan(case, Path(folder), Path(cohort))
        case ["connect", case, folder, port, home]:
            make_connection(case, Path(folder), int(port), home)
        case ["cohort", file, users, first]:
            write_cohort(Path(file), int(users), int(first))
        case ["members", folder, count]:
            difference.write_members(Path(folder), int(count))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
