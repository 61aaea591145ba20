"""Cohort syncs from declarative manifests: describe a partner's API once, keep every list exact.

    manifest = maniple.load("integrations/iterable")
    program = maniple.compile(manifest)
    plan = maniple.plan(program, users, accepted=previous, settings={"api_key": key})
    for request in plan.preview(limit=3):
        print(request.method, request.url, request.body)
    report = await maniple.run(plan)          # maniple.run_blocking(plan) in scripts
    print(report.added, report.removed, report.skipped_by_reason)

Importing maniple loads no HTTP client, no database and no web framework; the names below come when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maniple.cohort.member import Membership as Membership
    from maniple.diagnostics.model import Diagnostic as Diagnostic
    from maniple.errors import Bug as Bug
    from maniple.errors import CohortError as CohortError
    from maniple.errors import DeliveryError as DeliveryError
    from maniple.errors import ManifestError as ManifestError
    from maniple.errors import ManipleError as ManipleError
    from maniple.errors import OperatorError as OperatorError
    from maniple.errors import SettingsError as SettingsError
    from maniple.errors import UsageError as UsageError
    from maniple.manifest.model import Manifest as Manifest
    from maniple.runtime.program import Program as Program
    from maniple.usecases.library import Plan as Plan
    from maniple.usecases.library import Report as Report
    from maniple.usecases.library import compile as compile
    from maniple.usecases.library import load as load
    from maniple.usecases.library import plan as plan
    from maniple.usecases.library import run as run
    from maniple.usecases.library import run_blocking as run_blocking
    from maniple.wire import Reply as Reply
    from maniple.wire import Request as Request

__version__ = "0.1.0"

_HOMES = {
    "maniple.cohort.member": ("Membership",),
    "maniple.diagnostics.model": ("Diagnostic",),
    "maniple.errors": (
        "Bug",
        "CohortError",
        "DeliveryError",
        "ManifestError",
        "ManipleError",
        "OperatorError",
        "SettingsError",
        "UsageError",
    ),
    "maniple.manifest.model": ("Manifest",),
    "maniple.runtime.program": ("Program",),
    "maniple.usecases.library": ("Plan", "Report", "compile", "load", "plan", "run", "run_blocking"),
    "maniple.wire": ("Reply", "Request"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Bug",
    "CohortError",
    "DeliveryError",
    "Diagnostic",
    "Manifest",
    "ManifestError",
    "ManipleError",
    "Membership",
    "OperatorError",
    "Plan",
    "Program",
    "Reply",
    "Report",
    "Request",
    "SettingsError",
    "UsageError",
    "compile",
    "load",
    "plan",
    "run",
    "run_blocking",
]


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module `maniple` has no attribute `{name}`")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
