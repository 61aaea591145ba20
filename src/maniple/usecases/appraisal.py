"""How good a draft is while it is being written: its tier, its findings, how its golden cases go."""

from __future__ import annotations

from pathlib import Path

from maniple.manifest.cases import Cases
from maniple.manifest.load import read_named, validate
from maniple.store.home import Home
from maniple.usecases.bundle import Bundle, gather
from maniple.usecases.catalogue import Surroundings
from maniple.usecases.draft import Draft
from maniple.usecases.evidence import collect
from maniple.usecases.proposal import Proposal, read_evidence, weigh
from maniple.usecases.rehearsal_setup import tests_of


def appraise(draft: Draft, home: Home, folders: tuple[Path, ...], *, deep: bool) -> Proposal:
    """What a submission of the draft's text would be, with the files that lie beside it.

    `folders` are those of the catalogue. With `deep` odd values are tried, which takes up to seconds; without, what was
    found says that they were not. Raises OperatorError and UsageError.
    """
    destination = draft.destination
    manifest = destination.manifest
    logo = manifest.logo if manifest is not None else None
    files = gather(draft.path, logo=logo).files if draft.path.is_file() else {}
    bundle = Bundle({**files, draft.path.name: draft.text.encode("utf-8", "replace")})
    evidence = read_evidence(collect(home, tests_of(draft.path))) if manifest is not None else {}
    around = Surroundings((home.integrations, *folders))
    return weigh(around, bundle, destination, evidence, folder=draft.path.resolve().parent, deep=deep)


def calls_of_cases(bundle: Bundle) -> dict[str, str]:
    """The call of every golden case, by the case's name; empty when the cases cannot be read."""
    if bundle.cases is None:
        return {}
    document, _ = read_named(bundle.cases, bundle.files[bundle.cases])
    cases, _ = validate(document, Cases) if document is not None else (None, [])
    return {case.name: case.call for case in cases.cases} if cases is not None else {}
