"""A proposal as plain data: what is kept beside a bundle and printed as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maniple.diagnostics.render import render_json

if TYPE_CHECKING:
    from maniple.review.compat import Compatibility
    from maniple.review.tiers import Missing, Quality
    from maniple.testing.golden import CasesReport
    from maniple.usecases.proposal import Proposal


def report_of(proposal: Proposal) -> dict[str, Any]:
    """`{tier, missing, exempted, findings, cases, compatibility, live_version, affected_syncs, tested, checks,
    obstacles}`."""
    found = proposal.quality
    return {
        "tier": found.tier if found is not None else None,
        "missing": [missing_json(each) for each in found.missing] if found is not None else [],
        "exempted": _exempted(found),
        "findings": [render_json(each) for each in proposal.findings],
        "cases": _cases_json(proposal.cases),
        "compatibility": compatibility_json(proposal.compatibility),
        "live_version": proposal.live.version if proposal.live is not None else None,
        "affected_syncs": proposal.affected_syncs,
        "tested": _tested(proposal),
        "checks": [{"what": each.what, "by": each.by, "day": each.day} for each in proposal.checks],
        "obstacles": list(proposal.obstacles),
    }


def missing_json(missing: Missing) -> dict[str, Any]:
    """`{tier, rule, message, path, file, hint}`."""
    return {
        "tier": missing.tier,
        "rule": missing.rule,
        "message": missing.message,
        "path": list(missing.path),
        "file": missing.file,
        "hint": missing.hint,
    }


def compatibility_json(compatibility: Compatibility | None) -> dict[str, Any] | None:
    """`{old_version, new_version, verdict, breaking, differences}`."""
    if compatibility is None:
        return None
    return {
        "old_version": compatibility.old_version,
        "new_version": compatibility.new_version,
        "verdict": compatibility.verdict,
        "breaking": len(compatibility.breaking),
        "differences": [
            {"message": each.message, "path": list(each.path), "breaking": each.breaking, "gone": each.gone}
            for each in compatibility.differences
        ],
    }


def _exempted(found: Quality | None) -> list[dict[str, Any]]:
    return [{**missing_json(each), "why": why} for each, why in (found.exempted if found is not None else ())]


def _cases_json(report: CasesReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    failed = [
        {"name": result.name, "line": result.line, "problems": list(result.problems)} for result in report.failures
    ]
    return {"run": len(report.results), "passed": len(report.results) - len(failed), "failed": failed}


def _tested(proposal: Proposal) -> list[dict[str, Any]]:
    keys = ("call", "operation", "target", "result", "reason", "at")
    calls = proposal.evidence.get("calls", ())
    return [{key: call.get(key) for key in keys} for call in calls if isinstance(call, dict)]
