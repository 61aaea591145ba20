"""What a destination renders, the simulator reads back: the same values, for any user."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.manifest.saved import saved_names
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Cohort, Operation, Program, run_context
from maniple.runtime.settings import check_settings, split_settings
from maniple.template.ast import Case, expression_names, holes
from maniple.template.filters import climbs
from maniple.testing.destination import read_cases, read_program
from maniple.testing.simulator.fold import fold
from maniple.testing.simulator.match import unify
from maniple.testing.simulator.members import shown
from maniple.testing.simulator.shape import CallShape, Received, shapes_of
from maniple.testing.simulator.written import written
from maniple.wire import Request

INTEGRATIONS = Path(__file__).parents[2] / "integrations"
PROGRAMS = {folder.name: read_program(folder / "manifest.yaml") for folder in sorted(INTEGRATIONS.iterdir())}
SETTINGS = {slug: read_cases(INTEGRATIONS / slug / "cases.yaml").cases.settings for slug in PROGRAMS}  # type: ignore[union-attr]
OPERATIONS: tuple[Operation, ...] = ("add", "remove")
EVERY_CALL = [
    (slug, operation)
    for slug, program in PROGRAMS.items()
    for operation in OPERATIONS
    # A call of several steps is no single request that could be read back.
    if program.call_for(operation).is_plain
]

# What XML cannot carry is replaced in it, which the laws of the formats are about.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1).filter(lambda text: not climbs(text))
plain_values = st.one_of(
    texts, st.integers(-(2**53), 2**53), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)
carried = st.none() | st.dictionaries(texts, plain_values, min_size=1, max_size=3)
cohorts = st.builds(Cohort, texts, texts, texts | st.just(""))


@st.composite
def columns(draw: st.DrawFn, slug: str) -> dict[str, list[Any]]:
    size = draw(st.integers(1, 4))
    names = ["amplitude_id", *(mapping.name for mapping in PROGRAMS[slug].mappings)]
    found = {name: draw(st.lists(texts, min_size=size, max_size=size)) for name in names}
    for mapping in PROGRAMS[slug].mappings:
        if mapping.choices:
            target = st.sampled_from([choice.target for choice in mapping.choices])
            found[f"{mapping.name}.target"] = [draw(target)] * size
    # What a positional row is made of, as it is made from the mapped columns.
    rows = [list(row) for row in zip(*(found[name] for name in names[1:]), strict=True)]
    return {**found, "values": rows, "user": draw(st.lists(carried, min_size=size, max_size=size))}


def identities(slug: str, operation: Operation, values: dict[str, list[Any]]) -> list[Any]:
    """By what the partner knows the users of a call: the first identifier, or the whole of a positional row."""
    program = PROGRAMS[slug]
    return values["values" if program.call_for(operation).positional else program.mappings[0].name]


def saved_of(slug: str) -> dict[str, Any] | None:
    """What creating the list saves."""
    create = PROGRAMS[slug].manifest.create_list
    if create is None:
        return None
    return {**dict.fromkeys(saved_names({"create_list": create}), "saved-1"), "list_id": 77}


def context_for(slug: str, cohort: Cohort) -> Any:
    own, operator = split_settings(PROGRAMS[slug], SETTINGS[slug])
    return run_context(
        PROGRAMS[slug],
        settings=check_settings(PROGRAMS[slug], own, operator=operator),
        cohort=cohort,
        run_id="run_1",
        now="2026-11-20T10:00:00Z",
        saved=saved_of(slug),
    )


def shape_of(program: Program, operation: Operation) -> CallShape:
    return next(shape for shape in shapes_of(program) if shape.operation == operation)


def received(request: Request) -> Received:
    parts = urlsplit(request.url)
    target = request.url[request.url.index(parts.netloc) + len(parts.netloc) :] or "/"
    headers = tuple((name.lower(), value) for name, value in request.headers)
    return Received(request.method, parts.netloc, target, headers, request.body or b"")


@pytest.mark.parametrize(("slug", "operation"), EVERY_CALL)
@given(data=st.data(), cohort=cohorts)
@settings(max_examples=25, deadline=None)
def test_unify_gives_back_the_values_an_item_was_rendered_with(
    slug: str, operation: Operation, data: st.DataObject, cohort: Cohort
) -> None:
    call = PROGRAMS[slug].call_for(operation)
    if call.first.item is None:
        pytest.skip("this call has one user and no item")
    values = data.draw(columns(slug))
    scope = {**context_for(slug, cohort).scope, "operation": operation, "membership": operation == "add"}
    rendered = orjson.loads(orjson.dumps(call.first.item.render(values, scope, len(values["user"]))))
    node = call.first.item.node
    # Of a choice by a setting, only the branch that is taken is in the item.
    taken = fold(node, scope) if isinstance(node, Case) else node
    for row, item in enumerate(rendered):
        everything = {**scope, **{name: column[row] for name, column in values.items()}}
        wanted = {written(hole): everything[name] for hole in holes(taken) for name in expression_names(hole)}
        assert unify(node, item) == wanted


@pytest.mark.parametrize(("slug", "operation"), EVERY_CALL)
@given(data=st.data(), cohort=cohorts)
@settings(max_examples=25, deadline=None)
def test_a_whole_request_is_read_back_as_its_operation_its_list_and_its_users(
    slug: str, operation: Operation, data: st.DataObject, cohort: Cohort
) -> None:
    program = PROGRAMS[slug]
    values = data.draw(columns(slug))
    values = {name: column[: program.call_for(operation).items] for name, column in values.items()}
    batch = Batch(operation, 0, values, len(values["user"]))
    [prepared] = prepare(program.call_for(operation), context_for(slug, cohort), batch)
    assert prepared.request is not None
    request = received(prepared.request)
    shape = shape_of(program, operation)
    address = shape.read_address(request)
    assert address is not None
    reading = shape.read_body(shape.parse(request.body), address)
    assert reading is not None
    first = program.mappings[0].name
    seen = [shown(member) for member in reading.members]
    # Of a row that knows a user by several values, the first identifier is compared.
    seen = [member[first] if isinstance(member, dict) else member for member in seen]
    assert seen == identities(slug, operation, values)
    assert reading.captures.get("list_id", 77) in (77, "77")


# The names of its files are one expression, in which the simulator cannot see what tells an add from a remove.
TOLD_APART = [(slug, operation) for slug, operation in EVERY_CALL if slug != "amazon-s3"]


@pytest.mark.parametrize(("slug", "operation"), TOLD_APART)
def test_a_request_is_not_taken_for_the_other_operation(slug: str, operation: Operation) -> None:
    program = PROGRAMS[slug]
    values = {name: ["u1"] for name in ("amplitude_id", *(mapping.name for mapping in program.mappings))}
    [prepared] = prepare(
        program.call_for(operation),
        context_for(slug, Cohort("c", "1")),
        Batch(operation, 0, {**values, "user": [None]}, 1),
    )
    assert prepared.request is not None
    request = received(prepared.request)
    other = shape_of(program, "remove" if operation == "add" else "add")
    address = other.read_address(request)
    assert address is None or other.read_body(other.parse(request.body), address) is None


@pytest.mark.parametrize("slug", PROGRAMS)
def test_folding_what_is_known_changes_nothing_of_what_is_rendered(slug: str) -> None:
    from maniple.template.compile import ScalarTemplate

    call = PROGRAMS[slug].call_for("add")
    if call.first.body is None or call.first.item is None:
        pytest.skip("this call has one user and no item")
    known = {"operation": "add", "membership": True}
    scope = {**context_for(slug, Cohort("c", "1")).scope, **known, "items": ["a"], "batch_id": "b"}
    assert ScalarTemplate(fold(call.first.body.node, known)).render(scope) == call.first.body.template.render(scope)
