"""Bronze, silver, gold: how far an integration has come, and what the next tier asks for.

Bronze may be submitted. Silver tells its end users what goes wrong and has been tried. Gold survives what partners and
odd values do, and can be checked against the partner at any time. `docs/guides/review.md` lists the rules in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from maniple.auth import Auth
from maniple.diagnostics.model import Diagnostic
from maniple.manifest.answers import ErrorRule, ErrorRules
from maniple.manifest.call import Call, Exchange
from maniple.manifest.exemptions import QualityFile
from maniple.manifest.limits import DEFAULT_ITEMS
from maniple.manifest.model import Manifest
from maniple.source.text import Path

Tier: TypeAlias = Literal["bronze", "silver", "gold"]
TIERS: Final[tuple[Tier, ...]] = ("bronze", "silver", "gold")
"""From the lowest to the highest."""
MANIFEST: Final = "manifest.yaml"
README: Final = "README.md"
SENDING: Final = ("add_users", "remove_users", "update_users", "set_property", "unset_property", "replace_users")
"""The calls that carry users."""
TIER_OF_CODE: Final[Mapping[str, Tier]] = {
    "MAN607": "bronze",
    "MAN611": "bronze",
    "MAN613": "bronze",
    "MAN601": "silver",
    "MAN602": "silver",
    "MAN603": "silver",
    "MAN604": "silver",
    "MAN605": "silver",
    "MAN609": "silver",
    "MAN612": "silver",
    "MAN701": "silver",
}
"""The tier that a finding keeps from. One that is not named here keeps from bronze if it is an error, else from gold."""
LEAST_README: Final = 40
"""Words below which a README tells an end user nothing."""
COMMON: Final = (401, 403, 408, 425, 429)
"""Statuses that are about credentials and pace; advice of its own asks for them."""
SORTING_OUT: Final = ("split_batch", "reject_items", "drop_rejected_and_resend")
"""What a rule does that tells single users from the rest of their batch."""
_DATE: Final = re.compile(r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]\b")


@dataclass(frozen=True)
class Beside:
    """What lies beside a manifest, as far as the tiers look at it."""

    names: Collection[str] = ()
    """Names of the files."""
    readme: str = ""
    logo_fault: str | None = None
    """Why the logo cannot be shown; None when it can, or when there is none."""
    cases: Mapping[str, int] = field(default_factory=dict)
    """Golden cases by call."""
    failing: Sequence[str] = ()
    """Names of the cases that do not pass."""
    refusals: int = 0
    """Cases whose replies refuse something."""
    exemptions: QualityFile = field(default_factory=QualityFile)
    """What `quality.yaml` says."""


@dataclass(frozen=True)
class TestedCall:
    """That a call was tried. `simulated`: with the simulator in the partner's place."""

    __test__ = False

    call: str
    accepted: bool
    simulated: bool = False


@dataclass(frozen=True)
class Missing:
    """What keeps an integration from a tier. `path` is the place in the manifest, empty for the whole of it."""

    tier: Tier
    rule: str
    """A stable name, or the code of a finding; `quality.yaml` may exempt from it."""
    message: str
    path: Path = ()
    file: str = "manifest.yaml"
    hint: str | None = None


@dataclass(frozen=True)
class Quality:
    """`tier` is None below bronze. `missing` is everything up to gold, the lowest tier first."""

    tier: Tier | None
    missing: tuple[Missing, ...]
    exempted: tuple[tuple[Missing, str], ...] = ()
    """What `quality.yaml` exempts from, each with its reason."""

    @property
    def next_tier(self) -> Tier | None:
        """The lowest tier that is not reached; None at gold."""
        return self.missing[0].tier if self.missing else None

    def needed(self, tier: Tier) -> tuple[Missing, ...]:
        """What this tier asks for and the lower ones do not."""
        return tuple(missing for missing in self.missing if missing.tier == tier)


@dataclass(frozen=True)
class _Asked:
    """What a rule looks at."""

    manifest: Manifest
    findings: Sequence[Diagnostic]
    files: Beside
    evidence: Sequence[TestedCall]
    trials: int

    @property
    def sending(self) -> list[str]:
        """The calls that carry users."""
        return [name for name in self.manifest.calls if name in SENDING]


def quality(
    manifest: Manifest,
    findings: Sequence[Diagnostic],
    files: Beside,
    evidence: Sequence[TestedCall] = (),
    *,
    trials: int = 0,
) -> Quality:
    """The tier of a manifest that can be read. `findings` are those of `maniple check`; `trials` is how many requests were
    made with odd values (0: it was not tried)."""
    asked = _Asked(manifest, findings, files, evidence, trials)
    missing = sorted((each for rule in RULES for each in rule(asked)), key=lambda each: TIERS.index(each.tier))
    reasons = {each.rule: each.why for each in files.exemptions.exemptions}
    exempted = tuple((each, reasons[each.rule]) for each in missing if each.tier != "bronze" and each.rule in reasons)
    left = tuple(each for each in missing if each not in [one for one, _ in exempted])
    reached = len(TIERS) if not left else TIERS.index(left[0].tier)
    return Quality(TIERS[reached - 1] if reached else None, left, exempted)


def clean(asked: _Asked) -> Iterator[Missing]:
    """Findings: errors keep from bronze, what an end user or a reviewer would stumble over from silver, the rest from gold."""
    for each in asked.findings:
        tier = TIER_OF_CODE.get(each.code, "bronze" if each.severity == "error" else "gold")
        file = each.source.name.rpartition("/")[2] if each.source is not None else MANIFEST
        yield Missing(tier, each.code, each.message, each.path, file, each.hint)


def cases_for_every_call(asked: _Asked) -> Iterator[Missing]:
    """Golden cases are what a change is tried against."""
    for name in asked.manifest.calls:
        if not asked.files.cases.get(name):
            message = f"no golden case shows what `{name}` sends"
            hint = f"add a case with `call: {name}` to `cases.yaml`"
            yield Missing("bronze", "cases", message, (name,), hint=hint)
    for case in asked.files.failing:
        yield Missing("bronze", "cases-pass", f'the golden case "{case}" does not pass', (), "cases.yaml")


def readable_for_users(asked: _Asked) -> Iterator[Missing]:
    """The README is for whoever sets the destination up, the logo for the catalogue's tile."""
    words = len(asked.files.readme.split())
    if README in asked.files.names and words < LEAST_README:
        message = f"the README has {words} words: it should say what is needed and where to find it"
        yield Missing("silver", "readme", message, (), README, f"{LEAST_README} words are few; most have 100 or more")
    if asked.manifest.logo is None:
        yield Missing(
            "silver", "logo", "the catalogue has no logo to show", (), hint="add `logo: logo.png`, and the file"
        )
    elif asked.manifest.logo not in asked.files.names:
        message = f"there is no file `{asked.manifest.logo}` beside the manifest"
        yield Missing("bronze", "logo-file", message, ("logo",))
    elif asked.files.logo_fault is not None:
        yield Missing("bronze", "logo-file", f"the logo cannot be shown: {asked.files.logo_fault}", ("logo",))


def refusals_of_requests(asked: _Asked) -> Iterator[Missing]:
    """A 4xx that nobody explains reaches the end user as an unknown kind of error."""
    for name in asked.sending:
        if not any(_speaks_of_refusal(rule) for rule in _rules(asked.manifest, name)):
            hint = "add a rule such as `- {status: 400, reason: ..., message: ...}` with the partner's words for it"
            message = f"`{name}` explains no refusal but those of credentials and pace"
            yield Missing("silver", "refusals", message, _errors_place(asked.manifest, name), hint=hint)


def single_users(asked: _Asked) -> Iterator[Missing]:
    """In a batch, one bad user must neither vanish nor take the others along."""
    for name in asked.sending:
        call = asked.manifest.calls[name]
        if _items(asked.manifest, call) != 1 and not _finds_single_users(asked.manifest, name, call):
            message = f"`{name}` sends batches, and nothing finds the single users whom the partner refuses"
            hint = (
                "add `rejects`, or `then: split_batch` to the rule for a refused batch; else say why in `quality.yaml`"
            )
            yield Missing("silver", "single-users", message, (name,), hint=hint)


def tried(asked: _Asked) -> Iterator[Missing]:
    """What was never called may not work; the simulator counts for silver, the partner for gold."""
    accepted = {each.call for each in asked.evidence if each.accepted}
    for_real = {each.call for each in asked.evidence if each.accepted and not each.simulated}
    create = [name for name in ("create_list",) if asked.manifest.create_list is not None]
    for name in (*create, *asked.sending):
        if name not in accepted:
            hint = "try it: `maniple test`, or the Testing panel of the portal, also against the simulator"
            yield Missing("silver", "tried", f"no test call shows that `{name}` works", (name,), hint=hint)
        elif name not in for_real:
            hint = "try it with a test account of the partner, or say in `quality.yaml` why there is none"
            message = f"`{name}` was tried with the simulator, and never with the partner"
            yield Missing("gold", "tried-for-real", message, (name,), hint=hint)


def lists_that_vanish(asked: _Asked) -> Iterator[Missing]:
    """Somebody deletes the list at the partner: the next sync should make a new one."""
    if asked.manifest.create_list is None or asked.manifest.kind != "list":
        return
    rules = [rule for name in asked.sending for rule in _rules(asked.manifest, name)]
    if not any(rule.then == "recreate_list" for rule in rules):
        hint = "add a rule such as `- {status: 404, reason: List not found, then: recreate_list}`"
        message = "nothing is done when the list was deleted at the partner"
        yield Missing("gold", "list-gone", message, _errors_place(asked.manifest, "add_users"), hint=hint)


def read_back(asked: _Asked) -> Iterator[Missing]:
    """What was accepted can be compared with what the partner holds."""
    calls = asked.manifest.calls
    if asked.manifest.kind == "list" and not {"list_members", "count_members"} & calls.keys():
        hint = "add `list_members` or `count_members`, so that `maniple reconcile` can compare"
        yield Missing("gold", "read-back", "nobody can ask the partner who is on the list", (), hint=hint)


def verified_credentials(asked: _Asked) -> Iterator[Missing]:
    """A wrong key is told when it is typed in, not in the night."""
    if asked.manifest.verify is None and "none" not in [auth.kind for auth in _auths(asked.manifest)]:
        hint = "add a `verify` call that reads something small with the credentials"
        yield Missing("gold", "verify", "credentials are not checked when they are given", ("auth",), hint=hint)


def sourced_limits(asked: _Asked) -> Iterator[Missing]:
    """A figure that nobody can look up is a guess."""
    dated = any(_DATE.search(source) and "://" in source for source in asked.manifest.sources)
    if asked.manifest.sources and not dated:
        hint = 'write the page and the day it was read: "https://docs.acme.test/limits, read 2026-11-20"'
        message = "no source has an address and the day on which it was read"
        yield Missing("gold", "sources", message, ("sources",), hint=hint)


def refused_cases(asked: _Asked) -> Iterator[Missing]:
    """That errors are read as they should be is shown by cases that have some."""
    if asked.files.cases and not asked.files.refusals:
        hint = "add a case whose reply refuses something, with its `outcome`"
        yield Missing("gold", "refused-cases", "no golden case shows how a refusal is read", (), "cases.yaml", hint)


def odd_values(asked: _Asked) -> Iterator[Missing]:
    """Quotes, other scripts and long texts must arrive as they are; what is found is a finding of its own."""
    if not asked.trials:
        hint = "run `maniple check --deep`"
        yield Missing("gold", "odd-values", "no request was made with odd values", (), hint=hint)


Rule = Callable[[_Asked], Iterator[Missing]]
RULES: Final[tuple[Rule, ...]] = (
    clean,
    cases_for_every_call,
    readable_for_users,
    refusals_of_requests,
    single_users,
    tried,
    lists_that_vanish,
    read_back,
    verified_credentials,
    sourced_limits,
    refused_cases,
    odd_values,
)
"""Everything that the tiers ask for."""


def _auths(manifest: Manifest) -> list[Auth]:
    return manifest.auth if isinstance(manifest.auth, list) else [manifest.auth]


def _items(manifest: Manifest, call: Call) -> int | str:
    batch = call.batch or manifest.batch
    return (batch.items if batch is not None else None) or DEFAULT_ITEMS


def _finds_single_users(manifest: Manifest, name: str, call: Call) -> bool:
    exchanges: list[Exchange] = [call, *(call.steps or ())]
    if manifest.rejects is not None or any(each.rejects is not None or each.match is not None for each in exchanges):
        return True
    return any(rule.then in SORTING_OUT for rule in _rules(manifest, name))


def _rules(manifest: Manifest, name: str) -> list[ErrorRule]:
    """The error rules that may speak of a call's replies: its own, those of its steps, the manifest's."""
    call = manifest.calls[name]
    written: list[ErrorRules] = [call.errors, *(step.errors for step in call.steps or ()), manifest.errors]
    found: list[ErrorRule] = []
    copied: set[str] = {name}
    while written:
        rules = written.pop(0)
        for rule in rules if isinstance(rules, list) else [rules]:
            if isinstance(rule, ErrorRule):
                found.append(rule)
            elif rule.same_as not in copied and rule.same_as in manifest.calls:
                copied.add(rule.same_as)
                written.append(manifest.calls[rule.same_as].errors)
    return [rule for rule in found if not rule.calls or name in rule.calls]


def _speaks_of_refusal(rule: ErrorRule) -> bool:
    """The rule is about a 4xx, or a failure inside a 2xx, that is neither credentials nor pace."""
    statuses = rule.status if isinstance(rule.status, list) else [rule.status]
    return any(
        status in (None, "4xx") or (isinstance(status, int) and status // 100 == 4 and status not in COMMON)
        for status in statuses
    )


def _errors_place(manifest: Manifest, name: str) -> Path:
    if name in manifest.calls and manifest.calls[name].errors:
        return (name, "errors")
    return ("errors",) if manifest.errors else (name,)
