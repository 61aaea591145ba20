"""The texts about an integration's quality: tiers, findings, golden cases, compatibility, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.diagnostics.model import Diagnostic, Severity
from maniple.review.tiers import TIERS, Missing, Quality, Tier
from maniple.source.text import Path as Place
from maniple.testing.golden import CaseResult, CasesReport
from maniple.usecases.proposal import Proposal
from maniple.usecases.words import plural

STARS: Final[Mapping[Tier, str]] = {"bronze": "★", "silver": "★★", "gold": "★★★"}
MEANS: Final[Mapping[Tier, str]] = {
    "bronze": "may be submitted",
    "silver": "was tried, and tells its users what goes wrong",
    "gold": "survives odd values, and can be checked against the partner",
}
SIGNS: Final[Mapping[Severity, tuple[str, str]]] = {
    "error": ("✗", "$text-error"),
    "warning": ("▲", "$text-warning"),
    "note": ("·", "$text-accent"),
}
DIM: Final = "$foreground-muted"
ABSENT: Final[Mapping[str, Place]] = {
    "MAN603": ("limits",),
    "MAN604": ("sources",),
    "MAN611": ("maintainer",),
    "MAN613": ("category",),
    "logo": ("logo",),
}
"""Where what a rule asks for would stand: what is not there has no place in the text, but a control in the form."""
NO_TRIALS: Final = "odd-values"


@dataclass(frozen=True)
class Line:
    """One line of a list: what it says, and where it leads. `rule` is what its documentation is found by."""

    content: Content
    place: Place = ()
    rule: str = ""
    file: str = ""
    """The file of `place`, when that is not the manifest."""
    leads: bool = True
    """Enter goes somewhere."""


def tier_words(tier: Tier | None) -> str:
    """A tier with its stars."""
    return f"{STARS[tier]} {tier}" if tier is not None else "– below bronze"


def tier_head(quality: Quality | None) -> Content:
    """The tier, and how far the next one is."""
    if quality is None:
        return Content.assemble(("✗ no tier", "bold $text-error"), ": the manifest cannot be read")
    head = Content.styled(tier_words(quality.tier), "bold $text-primary")
    if quality.next_tier is None:
        return Content.assemble(head, "  everything that was asked for is there")
    needed = len(quality.needed(quality.next_tier))
    return Content.assemble(head, f"  {plural(needed, 'thing')} to {quality.next_tier}")


def ladder(quality: Quality | None) -> Content:
    """Every tier with whether it is reached."""
    parts: list[tuple[str, str]] = []
    for tier in TIERS:
        missing = len(quality.needed(tier)) if quality is not None else 0
        reached = quality is not None and quality.tier is not None and TIERS.index(tier) <= TIERS.index(quality.tier)
        word = "✓" if reached else f"needs {missing}" if missing else "○"
        style = "$text-success" if reached else "$text-warning" if missing else DIM
        parts += [("  →  ", DIM)] if parts else []
        parts += [(f"{STARS[tier]} {tier} ", "bold" if reached else ""), (word, style)]
    return Content.assemble(*parts)


def missing_lines(quality: Quality | None, *, trying: bool = False) -> list[Line]:
    """What each tier still asks for, under a heading each. `trying`: odd values are being tried just now."""
    if quality is None:
        return []
    lines: list[Line] = []
    for tier in TIERS:
        needed = quality.needed(tier)
        if needed:
            title = Content.assemble(
                (f"{STARS[tier]} {tier} ", "bold $text-primary"), (f"needs {plural(len(needed), 'thing')}", "bold")
            )
            lines.append(Line(title.append(Content.styled(f"; it {MEANS[tier]}", DIM)), leads=False))
            lines += [_missing_line(each, trying=trying) for each in needed]
    for each, why in quality.exempted:
        content = Content.assemble(("  ⊘ ", DIM), visible(each.message), (f"\n    exempt: {visible(why)}", DIM))
        lines.append(Line(content, each.path, each.rule, _other(each.file)))
    return lines


def _missing_line(each: Missing, *, trying: bool) -> Line:
    if each.rule == NO_TRIALS and trying:
        return Line(Content.assemble(("  … ", DIM), "odd values are being tried"), rule=each.rule, leads=False)
    parts: list[tuple[str, str] | str] = [("  ○ ", "$text-warning"), visible(each.message)]
    place = shown_place(each.path, _other(each.file))
    parts.append((f"  {each.rule}{f'  {place}' if place else ''}", DIM))
    if each.hint:
        parts.append((f"\n    {_hint(each.hint)}", DIM))
    return Line(Content.assemble(*parts), each.path or ABSENT.get(each.rule, ()), each.rule, _other(each.file))


def _hint(text: str) -> str:
    return visible(" ".join(text.split()))


def finding_lines(findings: tuple[Diagnostic, ...]) -> list[Line]:
    """Every finding: sign, code and place, the message, what to do."""
    return [finding_line(each) for each in findings]


def finding_line(finding: Diagnostic) -> Line:
    """One finding."""
    sign, colour = SIGNS[finding.severity]
    file = finding.source.name.rpartition("/")[2] if finding.source is not None else ""
    line, _ = finding.position
    place = ".".join(map(str, finding.path))
    where = "  ".join(word for word in (f"{visible(file)}:{line}" if file else "", visible(place)) if word)
    content = Content.assemble(
        (f"{sign} {finding.severity} {finding.code}", f"bold {colour}"),
        (f"  {where}", DIM),
        f"\n  {visible(finding.message)}",
        (f"\n  {_hint(finding.hint)}" if finding.hint else "", DIM),
    )
    return Line(content, finding.path or ABSENT.get(finding.code, ()), finding.code, _other(file))


def count_findings(findings: tuple[Diagnostic, ...]) -> str:
    """How many findings there are of each severity."""
    severities: tuple[Severity, ...] = ("error", "warning", "note")
    counts = [(severity, sum(each.severity == severity for each in findings)) for severity in severities]
    return ", ".join(plural(number, word) for word, number in counts if number) or "no findings"


def case_lines(report: CasesReport | None, calls: Mapping[str, str]) -> list[Line]:
    """Every golden case, and the differences of those that fail."""
    if report is None:
        return []
    lines = [finding_line(each) for each in report.diagnostics]
    return lines + [_case_line(each, calls.get(each.name, "")) for each in report.results]


def _case_line(result: CaseResult, call: str) -> Line:
    sign, colour, word = ("✗", "$text-error", "fails") if result.problems else ("✓", "$text-success", "passes")
    parts: list[tuple[str, str] | str] = [
        (f"{sign} {word}", f"bold {colour}"),
        f"  {visible(result.name)}",
        (f"  {visible(call)}  line {result.line}", DIM),
    ]
    parts += [f"\n  {visible(problem)}" for problem in result.problems]
    return Line(Content.assemble(*parts), (call,) if call else ())


def count_cases(report: CasesReport | None) -> str:
    """How the cases went in a few words."""
    if report is None:
        return "no golden cases"
    if report.diagnostics:
        return "the golden cases cannot be read"
    failed = len(report.failures)
    return f"{plural(len(report.results), 'golden case')}, {f'{failed} failing' if failed else 'all pass'}"


def compatibility_lines(proposal: Proposal) -> list[Content]:
    """The verdict against what is live, every difference, and who is affected."""
    found = proposal.compatibility
    if found is None or proposal.live is None:
        return [Content.assemble(("✓ new", "bold $text-success"), "  nothing of it is live yet")]
    sign, colour = ("✗ breaking", "$text-error") if found.breaking else ("✓ compatible", "$text-success")
    lines = [
        Content.assemble((sign, f"bold {colour}"), f"  {found.old_version} → {found.new_version}: {found.verdict}")
    ]
    for each in found.differences:
        mark, style = ("✗ breaking", "$text-error") if each.breaking else ("· harmless", DIM)
        place = shown_place(each.path)
        lines.append(Content.assemble((f"  {mark}  ", style), visible(each.message), (f"  {place}", DIM)))
    lines.append(Content(f"  {affected(proposal)}"))
    return lines


def affected(proposal: Proposal) -> str:
    """Who uses what is live, and what becomes of them."""
    if not proposal.affected_syncs:
        return "no active sync uses the live version"
    syncs = plural(proposal.affected_syncs, "active sync")
    verb = "uses" if proposal.affected_syncs == 1 else "use"
    breaking = proposal.compatibility is not None and bool(proposal.compatibility.breaking)
    one = proposal.affected_syncs == 1
    stays, takes = ("stays", "takes") if one else ("stay", "take")
    follow = f"{stays} with it" if breaking else f"{takes} the new one from the next run on"
    return f"{syncs} {verb} the live version, and {follow}"


def evidence_lines(proposal: Proposal) -> list[Content]:
    """The test calls that go along: what, where, with which end. Secrets are not among them."""
    lines = []
    for call in proposal.report["tested"]:
        good = call["result"] == "delivered"
        sign, colour = ("✓", "$text-success") if good else ("✗", "$text-error")
        why = f": {visible(str(call['reason']))}" if call["reason"] else ""
        operation = f" {visible(str(call['operation']))}" if call["operation"] else ""
        lines.append(
            Content.assemble(
                (f"{sign} {visible(str(call['result']))}", colour),
                f"  {visible(str(call['call']))}{operation}, {visible(str(call['target']))}{why}",
                (f"  {visible(str(call['at'] or ''))}", DIM),
            )
        )
    return lines or [Content.styled("– no test call was made yet", DIM)]


def obstacle_lines(proposal: Proposal, *, internal: bool = False) -> list[Line]:
    """What stands in the way of submitting (`internal`: of releasing internally), each with its place."""
    return [
        Line(Content.assemble(("✗ ", "bold $text-error"), visible(each.text)), each.path, each.rule, _other(each.file))
        for each in proposal.in_the_way(internal=internal)
    ]


def shown_place(place: Place, file: str = "") -> str:
    """A place of a file in words."""
    return visible(" ".join(word for word in (file, ".".join(map(str, place))) if word))


def _other(file: str) -> str:
    return "" if file.startswith("manifest.") else file
