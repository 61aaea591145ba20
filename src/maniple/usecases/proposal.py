"""What would be submitted of a destination: its bundle, and all that a reviewer would see of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import Refused, UsageError
from maniple.manifest.cases import Cases
from maniple.manifest.exemptions import HumanCheck, QualityFile
from maniple.manifest.load import read_named, validate
from maniple.review.compat import Compatibility, compare
from maniple.review.lint import lint, lint_files
from maniple.review.logo import logo_fault
from maniple.review.tiers import Beside, Missing, Quality, TestedCall, quality
from maniple.source.text import Path as Place
from maniple.store.home import Home
from maniple.testing.destination import ReadCases
from maniple.testing.golden import CaseResult, CasesReport, run_case
from maniple.usecases.bundle import EVIDENCE, QUALITY, README, Bundle, gather
from maniple.usecases.catalogue import Live, Surroundings, affected_syncs, live_version, name_taken
from maniple.usecases.destinations import Destination, load_content, load_file, manifest_files
from maniple.wiring import Workspace

Evidence = Mapping[str, Any]
"""Recorded test calls without secrets: `{"evidence": 1, "calls": [{"call", "target": "partner" | "simulator", "result":
"delivered" | "failed", "at", "exchanges": [...]}]}`."""


ODD_VALUE = "MAN701"
"""A finding that keeps from silver, and from nothing else."""


@dataclass(frozen=True)
class Obstacle:
    """Something that stands in the way: a sentence, the place that it is about, the rule or code that says so."""

    text: str
    path: Place = ()
    file: str = "manifest.yaml"
    rule: str = ""


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
    twin: str | None = None
    """Another integration that has this display name."""
    checks: tuple[HumanCheck, ...] = ()
    """What people have tried, as `quality.yaml` says."""

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Why it cannot be submitted, as sentences with their places; empty when it can."""
        return tuple(each.text for each in self.in_the_way())

    @property
    def release_obstacles(self) -> tuple[str, ...]:
        """Why it cannot be released internally, which asks for less than bronze."""
        return tuple(each.text for each in self.in_the_way(internal=True))

    def in_the_way(self, *, internal: bool = False) -> tuple[Obstacle, ...]:
        """What keeps it from being submitted, or with `internal` from being released."""
        if internal:
            failures = self.cases.failures if self.cases is not None else ()
            failing = (
                Obstacle(f'the golden case "{each.name}" does not pass', file="cases.yaml", rule="cases-pass")
                for each in failures
            )
            return (*self._unfit, *failing, *self._same_name)
        if self.quality is None:
            return self._unfit
        missing = (self._missing(each) for each in self.quality.needed("bronze"))
        version = self.version_obstacle
        return (*missing, *self._same_name, *((Obstacle(version, ("version",)),) if version else ()))

    @property
    def _unfit(self) -> tuple[Obstacle, ...]:
        return tuple(_told(each) for each in blocking(self.findings) if each.code != ODD_VALUE)

    @property
    def _same_name(self) -> tuple[Obstacle, ...]:
        if self.twin is None or self.destination.manifest is None:
            return ()
        name = self.destination.manifest.name
        return (Obstacle(f"the display name `{name}` is that of `{self.twin}`: choose another one", ("name",)),)

    def _missing(self, missing: Missing) -> Obstacle:
        return Obstacle(f"{self._place(missing)}{missing.message}", missing.path, missing.file, missing.rule)

    def _place(self, missing: Missing) -> str:
        document = self.destination.document
        if document is None or missing.file != self.destination.path.name or not missing.path:
            return ""
        line, _ = document.source.position(document.span(missing.path).start)
        return f"{missing.file}:{line}: "

    @property
    def version_obstacle(self) -> str | None:
        """Why the version number is wrong for what is live and was reviewed; None when it is right."""
        if self.compatibility is None or self.live is None or self.live.internal:
            return None
        return self.compatibility.obstacle

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
    return propose_into(Surroundings.of(workspace), workspace.home, path, evidence=evidence, deep=deep)


def propose_into(
    around: Surroundings, home: Home, path: Path, *, evidence: Evidence | None = None, deep: bool = True
) -> Proposal:
    """As `propose`, into other surroundings than a workspace's. `home` is where test calls are remembered."""
    manifest = manifest_files(path)[0]
    destination = load_file(manifest)
    logo = destination.manifest.logo if destination.manifest is not None else None
    bundle = gather(manifest, logo=logo)
    if evidence is None:
        evidence = _recorded(home, destination)
    return weigh(around, bundle, destination, evidence, folder=manifest.resolve().parent, deep=deep)


def let_through(name: Path | str, doing: str, obstacles: tuple[str, ...]) -> None:
    """Raises Refused when something stands in the way of what is to be done to `name`."""
    if obstacles:
        count = "one thing stands" if len(obstacles) == 1 else f"{len(obstacles)} things stand"
        raise Refused(f"`{name}` cannot be {doing}: {count} in its way", obstacles)


def opened(bundle: Bundle, slug: str) -> Destination:
    """The destination in a bundle; findings name its file as it is called there."""
    return load_content(Path(bundle.manifest), bundle.files[bundle.manifest], folder=Path(slug))


def weigh(
    around: Surroundings,
    bundle: Bundle,
    destination: Destination,
    evidence: Evidence,
    *,
    folder: Path | None = None,
    deep: bool = True,
) -> Proposal:
    """All that can be found out about a bundle. `folder` is where its author works, which is no live version."""
    findings, exemptions, trials = _findings(bundle, destination, deep=deep)
    report, cases = _cases(bundle, destination)
    manifest = destination.manifest
    if manifest is None:
        return Proposal(destination, bundle, findings, None, report, None, None, 0, evidence)
    beside = Beside(
        names=frozenset(bundle.own),
        readme=bundle.text(README) or "",
        logo_fault=logo_fault(bundle.files[logo]) if (logo := manifest.logo) and logo in bundle.files else None,
        cases=Counter(case.call for case in cases.cases) if cases is not None else {},
        failing=tuple(result.name for result in report.failures) if report is not None else (),
        refusals=_refusals(cases),
        exemptions=exemptions,
    )
    live = live_version(around, manifest.slug, apart_from=folder)
    return Proposal(
        destination,
        bundle,
        findings,
        quality(manifest, findings, beside, tested_calls(evidence), trials=trials),
        report,
        live,
        compare(live.manifest, manifest) if live is not None else None,
        affected_syncs(around, live),
        evidence,
        name_taken(around, manifest.name, manifest.slug),
        tuple(exemptions.checks),
    )


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


def _recorded(home: Home, destination: Destination) -> Evidence:
    from maniple.usecases.evidence import collect
    from maniple.usecases.rehearsal_setup import tests_of

    if destination.manifest is None:
        return {}
    return read_evidence(collect(home, tests_of(destination.path)))


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


def _told(finding: Diagnostic) -> Obstacle:
    line, _ = finding.position
    file = finding.source.name.rpartition("/")[2] if finding.source is not None else ""
    text = f"{file}:{line}: {finding.message} ({finding.code})" if file else f"{finding.message} ({finding.code})"
    return Obstacle(text, finding.path, file or "manifest.yaml", finding.code)
