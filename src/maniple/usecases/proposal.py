"""What would be submitted of a destination: its bundle, and all that a reviewer would see of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import UsageError
from maniple.manifest.cases import Cases
from maniple.manifest.load import read_named, validate
from maniple.review.compat import Compatibility, compare
from maniple.review.exemptions import QualityFile
from maniple.review.lint import lint, lint_files
from maniple.review.logo import logo_fault
from maniple.review.tiers import Beside, Quality, TestedCall, quality
from maniple.testing.destination import ReadCases
from maniple.testing.golden import CaseResult, CasesReport, run_case
from maniple.usecases.bundle import EVIDENCE, QUALITY, README, Bundle, gather
from maniple.usecases.catalogue import Live, affected_syncs, live_version, name_taken
from maniple.usecases.destinations import Destination, load_content, load_file, manifest_files
from maniple.wiring import Workspace

Evidence = Mapping[str, Any]
"""Recorded test calls without secrets: `{"evidence": 1, "calls": [{"call", "target": "partner" | "simulator", "result":
"delivered" | "failed", "at", "exchanges": [...]}]}`."""


@dataclass(frozen=True)
class Proposal:
    """What would be sent, and what stands in its way."""

    destination: Destination
    bundle: Bundle
    findings: tuple[Diagnostic, ...]
    quality: Quality | None
    """None when the manifest cannot be read."""
    cases: CasesReport | None
    """How the golden cases went; None when there are none, or nothing to run them with."""
    live: Live | None
    """What the catalogue holds now."""
    compatibility: Compatibility | None
    """Against what is live."""
    affected_syncs: int
    """Syncs that use what is live."""
    evidence: Evidence
    obstacles: tuple[str, ...]
    """Why it cannot be submitted, as sentences; empty when it can."""
    release_obstacles: tuple[str, ...]
    """Why it cannot be released internally, which asks for less."""

    @property
    def report(self) -> dict[str, Any]:
        """What is kept of it beside the files, as plain data."""
        from maniple.usecases.proposal_report import report_of

        return report_of(self)


def propose(workspace: Workspace, path: Path, *, evidence: Evidence | None = None, deep: bool = True) -> Proposal:
    """What would be submitted of the destination at `path` (its folder or manifest); nothing is written.

    `evidence` None takes what test calls left in the home. Blocks for up to seconds (golden cases, and with `deep` odd
    values): call it in a thread. Raises UsageError when there is no manifest, OperatorError when it cannot be read.
    """
    manifest = manifest_files(path)[0]
    destination = load_file(manifest)
    logo = destination.manifest.logo if destination.manifest is not None else None
    bundle = gather(manifest, logo=logo)
    if evidence is None:
        evidence = _recorded(workspace, destination)
    return weigh(workspace, bundle, destination, evidence, folder=manifest.resolve().parent, deep=deep)


def opened(bundle: Bundle, slug: str) -> Destination:
    """The destination in a bundle; findings name its file as it is called there."""
    return load_content(Path(bundle.manifest), bundle.files[bundle.manifest], folder=Path(slug))


def weigh(
    workspace: Workspace,
    bundle: Bundle,
    destination: Destination,
    evidence: Evidence,
    *,
    folder: Path | None = None,
    deep: bool = True,
) -> Proposal:
    """All that can be found out about a bundle. `folder` is where its author works, which is no live version."""
    findings, exemptions, trials = _findings(bundle, destination, deep=deep)
    cases, facts = _cases(bundle, destination)
    manifest = destination.manifest
    if manifest is None:
        reasons = tuple(_told(each) for each in blocking(findings))
        return Proposal(destination, bundle, findings, None, cases, None, None, 0, evidence, reasons, reasons)
    failing = tuple(result.name for result in cases.failures) if cases is not None else ()
    beside = Beside(
        names=frozenset(bundle.own),
        readme=bundle.text(README) or "",
        logo_fault=logo_fault(bundle.files[logo]) if (logo := manifest.logo) and logo in bundle.files else None,
        cases=Counter(case.call for case in facts.cases) if facts is not None else {},
        failing=failing,
        refusals=_refusals(facts),
        exemptions=exemptions,
    )
    found = quality(manifest, findings, beside, tested_calls(evidence), trials=trials)
    live = live_version(workspace, manifest.slug, apart_from=folder)
    compatibility = compare(live.manifest, manifest) if live is not None else None
    named = name_taken(workspace, manifest.name, manifest.slug)
    twin = (f"the display name `{manifest.name}` is that of `{named}`: choose another one",) if named else ()
    version = compatibility.obstacle if compatibility is not None and live is not None and not live.internal else None
    missing = tuple(each.message for each in found.needed("bronze"))
    unfit = tuple(_told(each) for each in blocking(findings) if each.code != ODD_VALUE)
    failed = tuple(f'the golden case "{name}" does not pass' for name in failing)
    return Proposal(
        destination,
        bundle,
        findings,
        found,
        cases,
        live,
        compatibility,
        affected_syncs(workspace, live),
        evidence,
        (*missing, *twin, *((version,) if version else ())),
        (*unfit, *failed, *twin),
    )


ODD_VALUE = "MAN701"


def tested_calls(evidence: Evidence) -> list[TestedCall]:
    """What the evidence says about which calls work."""
    return [
        TestedCall(str(call.get("call")), call.get("result") == "delivered", call.get("target") != "partner")
        for call in evidence.get("calls", ())
        if isinstance(call, dict)
    ]


def evidence_in(bundle: Bundle) -> Evidence:
    """The evidence that a bundle holds."""
    return read_evidence(bundle.files.get(EVIDENCE, b"{}"))


def read_evidence(content: bytes) -> Evidence:
    """Evidence as it is written. Raises UsageError when it is something else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("calls", []), list):
        raise UsageError("this is no evidence of test calls", hint="it is a JSON object with `calls`, a list")
    return found


def _recorded(workspace: Workspace, destination: Destination) -> Evidence:
    from maniple.usecases.evidence import collect

    if destination.manifest is None:
        return {}
    return read_evidence(collect(workspace.home, destination.manifest.slug))


def cases_report(bundle: Bundle, destination: Destination) -> CasesReport | None:
    """How the golden cases of a bundle go; None when there are none, or nothing to run them with."""
    return _cases(bundle, destination)[0]


def _findings(
    bundle: Bundle, destination: Destination, *, deep: bool
) -> tuple[tuple[Diagnostic, ...], QualityFile, int]:
    """The findings of `maniple check --deep` and of `quality.yaml`, what that file says, and the number of trials."""
    found = list(destination.diagnostics)
    trials = 0
    manifest, document, program = destination.manifest, destination.document, destination.program
    if manifest is not None and document is not None and program is not None:
        found.extend(lint(manifest, document, program))
        if deep:
            from maniple.review.trials import try_values

            tried = try_values(program, document)
            found.extend(tried.findings)
            trials = tried.made
    if document is not None:
        found.extend(lint_files(document, bundle.own.keys() | ({"cases.yaml"} if bundle.cases else set())))
    if bundle.cases is not None:
        found.extend(_read(bundle, bundle.cases, Cases)[1])
    exemptions, faults = _read(bundle, QUALITY, QualityFile) if QUALITY in bundle.files else (QualityFile(), [])
    return (*found, *faults), exemptions or QualityFile(), trials


def _read(bundle: Bundle, name: str, model: type[Any]) -> tuple[Any, list[Diagnostic]]:
    """A file of the bundle as a model, None when it has not the right shape, and what is wrong with it."""
    document, found = read_named(name, bundle.files[name])
    if document is None or blocking(found):
        return None, found
    made, shape = validate(document, model)
    return made, [*found, *shape]


def _cases(bundle: Bundle, destination: Destination) -> tuple[CasesReport | None, Cases | None]:
    """How the golden cases of a bundle go, and the cases."""
    name, program = bundle.cases, destination.program
    if name is None or program is None:
        return None, None
    path = destination.path.parent / name
    document, found = read_named(name, bundle.files[name])
    cases, shape = validate(document, Cases) if document is not None else (None, [])
    faults = blocking([*found, *shape])
    if cases is None or faults:
        return CasesReport(path, (), tuple(faults)), None
    read = ReadCases(path, cases, document, ())
    results = tuple(
        CaseResult(case.name, tuple(run_case(program, cases, case)), read.line(place))
        for place, case in enumerate(cases.cases)
    )
    return CasesReport(path, results), cases


def _refusals(cases: Cases | None) -> int:
    outcomes = [case.outcome for case in cases.cases if case.outcome is not None] if cases is not None else []
    return sum(outcome.result == "failed" or bool(outcome.rejected) for outcome in outcomes)


def _told(finding: Diagnostic) -> str:
    line, _ = finding.position
    file = finding.source.name.rpartition("/")[2] if finding.source is not None else ""
    return f"{file}:{line}: {finding.message} ({finding.code})" if file else f"{finding.message} ({finding.code})"
