"""The engine's side: plans made by the engine, and deliveries by `Run.deliver` over the real sender and journal."""

from __future__ import annotations

import random
from pathlib import Path

from _bench.cohorts import Case
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Cohort, Program, RunContext, run_context
from maniple.sources.file import open_cohort
from maniple.store.control.rows import ConnectionRow
from maniple.store.data.engine import take_over
from maniple.store.data.planfile import PlanFile
from maniple.store.redact import Redactor
from maniple.usecases.connect import connect
from maniple.usecases.destinations import Destination, load_file
from maniple.usecases.planning import RunFiles, plan_run
from maniple.usecases.run import Run, RunEdges
from maniple.wiring import Workspace, open_clock, open_sender, retry_policy

KEY = "bench-key"


def write_plan(case: Case, cohort: Path, folder: Path) -> None:
    """The plan of a first run, in the engine's own format."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.yaml"
    manifest.write_text(case.manifest, encoding="utf-8")
    program = load_file(manifest).usable()
    plan_run(
        program,
        open_cohort(cohort),
        RunFiles(folder),
        id_column="user_id",
        mappings={name: name for name in case.mapped},
        scope={},
        membership=None,
    )


def requests(case: Case, folder: Path, port: int) -> list[tuple[str, bytes]]:
    """What `Run.deliver` sends for a plan, request after request: path and body."""
    program = load_file(folder / "manifest.yaml").usable()
    context = _context(program, port)
    call = program.call_for("add")
    plan = PlanFile(folder / "adds.parquet")
    found: list[tuple[str, bytes]] = []
    for batch in plan.batches(case.size, sorted(call.rows)):
        rows = min(case.size, plan.rows - batch.start)
        for prepared in prepare(call, context, Batch("add", batch.index, batch.rows, rows)):
            assert prepared.request is not None
            path = prepared.request.url.removeprefix(f"http://127.0.0.1:{port}")
            found.append((path, prepared.request.body or b""))
    return found


def connected(workspace: Workspace, destination: Destination, case: Case, port: int) -> ConnectionRow:
    """A connection to the sink."""
    return connect(
        workspace,
        destination,
        name="bench",
        settings={"api_key": KEY, "server": f"http://127.0.0.1:{port}"},
        mappings={name: name for name in case.mapped},
        allow_private=True,
    )


def open_delivery(workspace: Workspace, case: Case, folder: Path, port: int) -> Run:
    """A run of a new sync in `workspace`, planned as `folder` says and ready to deliver."""
    destination = load_file(folder / "manifest.yaml")
    program = destination.usable()
    connection = connected(workspace, destination, case, port)
    store = workspace.store
    sync = store.get_or_create_sync(connection.id, cohort_name="Bench", cohort_id="bench")
    size = program.call_for("add").items
    run = store.start_run(sync.id, manifest_version="1.0.0", batch_items={"add": size, "remove": size})
    files = RunFiles(workspace.home.make(workspace.home.run_dir(sync.id, run.id)))
    for name in (files.plan("add").name, files.plan("remove").name, "plan.json"):
        take_over(folder / name, files.directory / name)
    edges = RunEdges(
        workspace.home,
        store,
        open_sender(allow_private=True, via=None),
        open_clock(),
        random.random,
        retry_policy(),
        Redactor([KEY]),
    )
    return Run(program, sync, run, _context(program, port), edges)


def _context(program: Program, port: int) -> RunContext:
    return run_context(
        program,
        settings={"api_key": KEY, "server": f"http://127.0.0.1:{port}"},
        cohort=Cohort("Bench", "bench"),
        run_id="run_bench",
        now="2026-11-24T00:00:00Z",
    )
