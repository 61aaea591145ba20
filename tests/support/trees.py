"""Random templates and values for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from maniple.template.ast import (
    Array,
    Binary,
    Case,
    Compare,
    Const,
    Either,
    Entry,
    Filter,
    Join,
    Literal_,
    Logic,
    Member,
    Name,
    Negative,
    Not,
    Object,
    Text,
    Value,
)

ROWS = ("email", "phone")
GIVEN = ("region", "list_id")
NAMES = (*ROWS, *GIVEN)
PLAIN_FILTERS = (
    "lower",
    "upper",
    "trim",
    "digits",
    "sha256",
    "md5",
    "int",
    "json",
    "base64",
    "length",
    "first",
    "epoch",
    "bool",
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False, allow_infinity=False), texts
)
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.dictionaries(texts, scalars, max_size=3))
literals = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), texts).map(Literal_)


def _deeper(inner):
    return st.one_of(
        st.builds(lambda value, name: Filter(value, name), inner, st.sampled_from(PLAIN_FILTERS)),
        st.builds(lambda value, other: Filter(value, "default", (other,)), inner, inner),
        st.builds(lambda value, old, new: Filter(value, "replace", (old, new)), inner, literals, literals),
        st.builds(Member, inner, literals),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Join(tuple(parts))),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner, inner),
        st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]), inner, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(Either, inner, inner, inner),
        st.builds(Not, inner),
        st.builds(Negative, inner),
    )


expressions = st.recursive(st.one_of(st.sampled_from(NAMES).map(Name), literals), _deeper, max_leaves=6)
leaves = st.one_of(
    scalars.map(Const),
    st.builds(Value, expressions, st.booleans()),
    st.lists(st.one_of(texts.filter(bool), expressions), min_size=1, max_size=3).map(lambda parts: Text(tuple(parts))),
)
keys = st.one_of(texts.map(Const), st.sampled_from(NAMES).map(lambda name: Text(("k_", Name(name)))))


def _containers(inner):
    return st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: Array(tuple(elements))),
        st.lists(st.builds(Entry, keys, inner, st.booleans()), max_size=3).map(lambda entries: Object(tuple(entries))),
        st.builds(
            lambda selector, branches, otherwise: Case(selector, tuple(branches.items()), otherwise),
            expressions,
            st.dictionaries(texts, inner, max_size=2),
            st.one_of(st.none(), inner),
        ),
    )


nodes = st.recursive(leaves, _containers, max_leaves=8)
