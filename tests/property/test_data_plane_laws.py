"""The column path does what the plain Python reference does, for any input."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.cohort.delta import Changes, changes, drifted_members
from maniple.cohort.fold import Fate as PairFate
from maniple.cohort.fold import fold
from maniple.cohort.identity import identity_of
from maniple.cohort.member import INVALID, Member, Membership, Pair, Skip
from maniple.cohort.resolve import MappingColumn, sent_names
from maniple.cohort.resolve import resolve as resolve_member
from maniple.sources.file import open_cohort
from maniple.store.data.plane import Fate, RowVerdict, fold_membership, plan_changes, resolve, snapshot
from maniple.store.data.values import Operation

MAPPINGS = ("email", 'we"ird name')
TEXTS = st.sampled_from(("a", "b", "O'Hara", 'say "x"', "é\n🎈", "z,\x00", "null"))
MEMBER_IDS = st.sampled_from(("1", "2", "3", "ü'", '"4"', "10"))
SENT_AS = st.tuples(TEXTS | st.none(), TEXTS | st.none())
COHORTS = st.dictionaries(MEMBER_IDS, SENT_AS).map(
    lambda found: [Pair(member, sent_as) for member, sent_as in found.items()]
)
MEMBERSHIPS = st.dictionaries(st.builds(Pair, MEMBER_IDS, SENT_AS), st.booleans(), max_size=8).map(
    lambda found: Membership(
        frozenset(pair for pair, doubt in found.items() if not doubt),
        frozenset(pair for pair, doubt in found.items() if doubt),
    )
)
IDENTITIES = st.sampled_from((("email",), (MAPPINGS[1],), MAPPINGS, ("amplitude_id",), ("amplitude_id", "email")))
SKIPPED = st.frozensets(MEMBER_IDS, max_size=2)
PAIR_FATES = st.sampled_from(get_args(PairFate))
MANY = settings(max_examples=60, deadline=None)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="maniple [x] k=v ") as path:
        yield Path(path)


def write_pairs(path: Path, pairs: Sequence[Pair], doubts: Sequence[bool] | None = None) -> None:
    columns: dict[str, Any] = {"member_id": [pair.member_id for pair in pairs]}
    for at, name in enumerate(MAPPINGS):
        columns[f"m_{name}"] = [pair.sent_as[at] for pair in pairs]
    fields = [pa.field(name, pa.string()) for name in columns]
    if doubts is not None:
        columns["doubt"] = list(doubts)
        fields.append(pa.field("doubt", pa.bool_()))
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path, row_group_size=2)


def write_membership(path: Path, accepted: Membership) -> None:
    write_pairs(path, list(accepted.pairs), [pair in accepted.doubted for pair in accepted.pairs])


def write_skips(path: Path, members: Sequence[str]) -> None:
    names = ["member_id", *(f"m_{name}" for name in MAPPINGS), "reason", "mapping"]
    columns = {name: list(members) if name == "member_id" else ["x"] * len(members) for name in names}
    pq.write_table(pa.table(columns, schema=pa.schema([(name, pa.string()) for name in names])), path)


def read_pairs(path: Path, names: Sequence[str] = MAPPINGS) -> list[Pair]:
    rows = pq.read_table(path).to_pylist()
    return [Pair(row["member_id"], tuple(row[f"m_{name}"] for name in names)) for row in rows]


def as_stored(pair: Pair) -> Pair:
    """The pair with its maps as the text that a file holds."""
    values: tuple[Any, ...] = pair.sent_as
    return Pair(
        pair.member_id, tuple(orjson.dumps(each).decode() if isinstance(each, dict) else each for each in values)
    )


def read_membership(path: Path) -> Membership:
    pairs = read_pairs(path)
    table = pq.read_table(path)
    doubts = table["doubt"].to_pylist() if "doubt" in table.column_names else [False] * len(pairs)
    assert len(pairs) == len(set(pairs))
    found = list(zip(pairs, doubts, strict=True))
    return Membership(frozenset(p for p, doubt in found if not doubt), frozenset(p for p, doubt in found if doubt))


def read_plan(directory: Path) -> Changes:
    removes, adds, shared = (read_pairs(directory / f"{name}.parquet") for name in ("removes", "adds", "shared"))
    return Changes(tuple(removes), tuple(adds), tuple(shared))


def as_ranges(operation: Operation, drawn: Sequence[PairFate]) -> tuple[list[Fate], list[RowVerdict]]:
    """The fates of rows as the ledger has them: ranges of batches, and verdicts on single rows."""
    verdicts = [
        RowVerdict(operation, row, fate, "why") for row, fate in enumerate(drawn) if fate in ("rejected", "skipped")
    ]
    states = [fate if fate in ("in_doubt", "unsent") else "delivered" for fate in drawn]
    ranges, start = [], 0
    for state, rows in groupby(states):
        count = len(list(rows))
        if state != "unsent":
            ranges.append(Fate(operation, start, count, "in_doubt" if state == "in_doubt" else "delivered"))
        start += count
    return ranges, verdicts


@MANY
@given(MEMBERSHIPS, COHORTS, SKIPPED, IDENTITIES, st.sampled_from((1, 2, 1_000)))
def test_the_plan_is_the_reference_diff_in_whatever_parts_it_is_made(
    accepted: Membership, cohort: list[Pair], skipped: frozenset[str], identity: tuple[str, ...], part: int
) -> None:
    wanted = [pair for pair in cohort if pair.member_id not in skipped]
    expected = changes(accepted, wanted, skipped, identity_of(identity, MAPPINGS))
    with folder() as here:
        write_pairs(here / "resolved.parquet", wanted)
        write_skips(here / "skips.parquet", sorted(skipped))
        write_membership(here / "membership.parquet", accepted)
        planned = plan_changes(
            here / "resolved.parquet",
            here / "skips.parquet",
            here / "membership.parquet",
            MAPPINGS,
            identity,
            here / "plan",
            part=part,
        )

        assert expected == read_plan(here / "plan")
    assert (planned.adds, planned.removes) == (len(expected.adds), len(expected.removes))
    assert planned.shared == len(expected.shared)
    assert planned.unchanged == len(wanted) - len(expected.adds)
    assert planned.drifted == len(drifted_members(accepted, wanted))


@MANY
@given(MEMBERSHIPS, COHORTS, SKIPPED, IDENTITIES, st.data())
def test_the_new_membership_is_the_reference_fold(
    accepted: Membership,
    cohort: list[Pair],
    skipped: frozenset[str],
    identity: tuple[str, ...],
    data: st.DataObject,
) -> None:
    who = identity_of(identity, MAPPINGS)
    wanted = [pair for pair in cohort if pair.member_id not in skipped]
    changed = changes(accepted, wanted, skipped, who)
    removes = [data.draw(PAIR_FATES) for _ in changed.removes]
    adds = [data.draw(PAIR_FATES) for _ in changed.adds]
    fates = dict(zip((*changed.removes, *changed.adds), (*removes, *adds), strict=True))
    expected = fold(accepted, changed, fates, who)
    (remove_fates, remove_verdicts), (add_fates, add_verdicts) = as_ranges("remove", removes), as_ranges("add", adds)
    with folder() as here:
        write_pairs(here / "resolved.parquet", wanted)
        write_skips(here / "skips.parquet", sorted(skipped))
        membership = here / "membership.parquet" if accepted.pairs else None
        if membership:
            write_membership(membership, accepted)
        plan_changes(here / "resolved.parquet", here / "skips.parquet", membership, MAPPINGS, identity, here / "plan")
        folded = fold_membership(
            membership,
            here / "plan",
            [*add_fates, *remove_fates],
            [*add_verdicts, *remove_verdicts],
            here / "new.parquet",
        )

        assert expected == read_membership(here / "new.parquet")
    assert (folded.members, folded.doubts) == (len(expected.pairs), len(expected.doubted))


def shorten(values: list[Any]) -> list[Any]:
    """A conversion with every kind of answer: text, no value, the empty text, not valid."""
    answers = {"a": "A", "b": None, "null": ""}
    return [answers.get(value, INVALID if "\n" in str(value) else f"<{value}>") for value in values]


CONVERSIONS = st.sampled_from((None, shorten))
USERS = st.lists(
    st.tuples(
        MEMBER_IDS | st.sampled_from((None, "")),
        st.fixed_dictionaries({"mail": TEXTS | st.sampled_from((None, "")), "Näme": TEXTS | st.none()}),
    ),
    max_size=8,
)


def expected_members(users: list[tuple[str | None, dict[str, Any]]]) -> list[Member]:
    first: dict[str, Member] = {}
    nobody = []
    for member, properties in users:
        given_properties = {name: value or None for name, value in properties.items()}
        if member:
            first.setdefault(member, Member(member, given_properties))
        else:
            nobody.append(Member(None, given_properties))
    return [*first.values(), *nobody]


def write_jsonl(path: Path, users: list[tuple[str | None, dict[str, Any]]]) -> None:
    header = {"user_id": "", "mail": "", "Näme": ""}
    lines = [orjson.dumps({"user_id": member, **properties}) for member, properties in users]
    path.write_bytes(b"\n".join([orjson.dumps(header), *lines]) + b"\n")


def write_csv(path: Path, users: list[tuple[str | None, dict[str, Any]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["user_id", "mail", "Näme"])
        writer.writerow(["", "", ""])
        writer.writerows([member, properties["mail"], properties["Näme"]] for member, properties in users)


def write_parquet(path: Path, users: list[tuple[str | None, dict[str, Any]]]) -> None:
    rows = [{"user_id": None, "mail": None, "Näme": None}]
    rows += [{"user_id": member, **properties} for member, properties in users]
    schema = pa.schema([("user_id", pa.string()), ("mail", pa.string()), ("Näme", pa.string())])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=3)


TARGETS = st.sampled_from((None, "TDID", "it's"))
WRITERS = st.sampled_from(((write_jsonl, "c.jsonl"), (write_csv, "c.csv"), (write_parquet, "c.parquet")))


@MANY
@given(USERS, CONVERSIONS, CONVERSIONS, st.booleans(), st.booleans(), st.booleans(), TARGETS, st.booleans(), WRITERS)
def test_members_are_resolved_as_the_reference_does(
    users: list[tuple[str | None, dict[str, Any]]],
    of_email: Any,
    of_name: Any,
    email_optional: bool,
    name_optional: bool,
    one_of_both: bool,
    target: str | None,
    many: bool,
    written: Any,
) -> None:
    mappings = [
        MappingColumn(MAPPINGS[0], "mail", email_optional, of_email, target),
        MappingColumn(MAPPINGS[1], "Näme", name_optional, of_name),
    ]
    if many:
        mappings.append(MappingColumn("traits", "", True, of_name, properties=("mail", "Näme")))
    require = [MAPPINGS] if one_of_both else []
    members = [Member(None, {}), *expected_members(users)]
    answers = [resolve_member(member, mappings, require) for member in members]
    names = sent_names(mappings)
    write, name = written
    with folder() as here:
        write(here / name, users)
        cohort = open_cohort(here / name)
        taken = snapshot(cohort, "user_id", ["mail", "Näme"], here / "snapshot.parquet")
        found = resolve(
            here / "snapshot.parquet", mappings, ["mail"], here / "resolved.parquet", here / "skips.parquet", require
        )
        skips = pq.read_table(here / "skips.parquet").to_pylist()

        assert [as_stored(answer) for answer in answers if isinstance(answer, Pair)] == read_pairs(
            here / "resolved.parquet", names
        )
    skipped = {(answer.member_id, answer.reason, answer.mapping) for answer in answers if isinstance(answer, Skip)}
    assert skipped == {(skip["member_id"], skip["reason"], skip["mapping"]) for skip in skips}
    assert {name for skip in skips for name in skip} <= {
        "member_id",
        "reason",
        "mapping",
        *(f"m_{name}" for name in names),
    }
    assert (taken.rows, taken.missing_ids) == (
        sum(member.id is not None for member in members),
        sum(member.id is None for member in members),
    )
    assert taken.duplicates == len(users) + 1 - len(members)
    assert found.rows + sum(found.skips_by_reason.values()) == len(members)
