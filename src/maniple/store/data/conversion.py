"""Resolving members whose mappings are converted by Python functions, a column of a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from maniple.cohort.member import INVALID, INVALID_FORMAT, MISSING_ID, UNRESOLVED_MAPPING
from maniple.cohort.resolve import MappingColumn, gathered, sent_names
from maniple.errors import Bug
from maniple.store.data.arrow import Array, DataType, RecordBatch, Schema, load_arrow, load_arrow_parquet
from maniple.store.data.columns import MEMBER, carried_column, mapping_column, property_column
from maniple.store.data.decoding import decode, json_text
from maniple.store.data.engine import ROW_GROUP, replacing

Fault = tuple[str, str]


class _NotText(Exception):
    """A conversion answered something else than text: its column must be JSON."""

    def __init__(self, mapping: str) -> None:
        super().__init__(mapping)
        self.mapping = mapping


def convert_members(
    snapshot: Path,
    mappings: Sequence[MappingColumn],
    carried: Sequence[str],
    resolved: Path,
    skips: Path,
    require: Sequence[Sequence[str]],
) -> None:
    """Write `resolved` and `skips` as `resolution.resolve` says, batch by batch.

    The column of a conversion is text, or JSON when it answers anything else; that shows only on the way, and then all
    is written once more.
    """
    mixed: frozenset[str] = frozenset()
    while True:
        try:
            _convert(snapshot, mappings, carried, resolved, skips, require, mixed)
        except _NotText as found:
            mixed |= {found.mapping}
        else:
            return


def _convert(
    snapshot: Path,
    mappings: Sequence[MappingColumn],
    carried: Sequence[str],
    resolved: Path,
    skips: Path,
    require: Sequence[Sequence[str]],
    mixed: frozenset[str],
) -> None:
    pa = load_arrow()
    pq = load_arrow_parquet()

    with ExitStack() as files:
        source = files.enter_context(pq.ParquetFile(snapshot))
        schema = _resolved_schema(source.schema_arrow, mappings, carried, mixed)
        skip_columns = [MEMBER, *map(mapping_column, sent_names(mappings)), "reason", "mapping"]
        skip_schema = pa.schema([(name, pa.string()) for name in skip_columns])
        sendable = files.enter_context(_parquet_writer(files.enter_context(replacing(resolved)), schema))
        skipped = files.enter_context(_parquet_writer(files.enter_context(replacing(skips)), skip_schema))
        for batch in source.iter_batches(ROW_GROUP):
            values = {name: decode(batch.column(property_column(name))) for name in _properties(mappings)}
            found = [_found(mapping, values, batch.num_rows) for mapping in mappings]
            members = batch.column(MEMBER).to_pylist()
            faults = _faults(members, mappings, found, require)
            columns = [batch.column(MEMBER)]
            for mapping, column in zip(mappings, found, strict=True):
                columns.append(_column(batch, mapping, column, schema.field(mapping_column(mapping.name)).type))
                if mapping.target is not None:
                    columns.append(pa.array(_targets(mapping, column), pa.string()))
            columns += [batch.column(property_column(name)) for name in carried]
            whole = pa.RecordBatch.from_arrays(columns, schema=schema)
            sendable.write_batch(whole if not faults else whole.filter(_without(faults, batch.num_rows)))
            if faults:
                skipped.write_batch(_skip_batch(members, mappings, values, faults, skip_schema))


def _parquet_writer(path: Path, schema: Schema) -> Any:
    pq = load_arrow_parquet()

    return pq.ParquetWriter(path, schema, compression="zstd")


def _properties(mappings: Sequence[MappingColumn]) -> Iterator[str]:
    return iter(dict.fromkeys(name for mapping in mappings for name in mapping.sources()))


def _resolved_schema(
    source: Schema, mappings: Sequence[MappingColumn], carried: Sequence[str], mixed: frozenset[str]
) -> Schema:
    pa = load_arrow()

    def sent_type(mapping: MappingColumn) -> DataType:
        if mapping.properties is not None:
            return pa.json_(pa.utf8())
        if mapping.convert is None:
            return source.field(property_column(mapping.property)).type
        return pa.json_(pa.utf8()) if mapping.name in mixed else pa.string()

    sent = [
        (mapping_column(name), sent_type(mapping) if name == mapping.name else pa.string())
        for mapping in mappings
        for name in mapping.sent_names()
    ]
    kept = [(carried_column(name), source.field(property_column(name)).type) for name in carried]
    return pa.schema([(MEMBER, pa.string()), *sent, *kept])


def _found(mapping: MappingColumn, values: Mapping[str, list[Any]], count: int) -> list[Any]:
    """What the mapping is for each of the `count` rows of a batch; `values` are those of the properties."""
    if mapping.properties is None:
        return _converted(mapping, values[mapping.property])
    names = sorted(mapping.properties)
    if not names:
        return [None] * count
    columns = [_converted(mapping, values[name]) for name in names]
    return [gathered(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def _converted(mapping: MappingColumn, values: list[Any]) -> list[Any]:
    """What the mapping makes of `values`; a conversion sees only values there are."""
    if mapping.convert is None:
        return values
    present = [value for value in values if value is not None] if None in values else values
    answers = mapping.convert(present)
    if len(answers) != len(present):
        raise Bug(f"the conversion of `{mapping.name}` answered {len(answers)} values for {len(present)}")
    if "" in answers:
        answers = [None if answer == "" else answer for answer in answers]
    if present is values:
        return answers
    following = iter(answers)
    return [None if value is None else next(following) for value in values]


def _faults(
    members: list[str | None],
    mappings: Sequence[MappingColumn],
    found: list[list[Any]],
    require: Sequence[Sequence[str]],
) -> dict[int, Fault]:
    """The rows that cannot be sent, why, and the mapping at fault: the first that `cohort.resolve` would name."""
    faults: dict[int, Fault] = {}
    columns = {mapping.name: column for mapping, column in zip(mappings, found, strict=True)}
    for mapping in mappings:
        column = columns[mapping.name]
        if mapping.optional or not (None in column or INVALID in column):
            continue
        for row, value in enumerate(column):
            if value is None or value is INVALID:
                faults.setdefault(row, _fault((mapping.name,), (value,)))
    for group in require:
        for row, together in enumerate(zip(*(columns[name] for name in group), strict=True)):
            if all(value is None or value is INVALID for value in together):
                faults.setdefault(row, _fault(tuple(group), together))
    if None in members:
        for row, member in enumerate(members):
            if member is None:
                faults.setdefault(row, (MISSING_ID, ""))
    return dict(sorted(faults.items()))


def _fault(group: tuple[str, ...], values: tuple[Any, ...]) -> Fault:
    invalid = [name for name, value in zip(group, values, strict=True) if value is INVALID]
    return (INVALID_FORMAT, invalid[0]) if invalid else (UNRESOLVED_MAPPING, ", ".join(group))


def _column(batch: RecordBatch, mapping: MappingColumn, values: list[Any], type_: DataType) -> Array:
    pa = load_arrow()

    if mapping.convert is None and mapping.properties is None:
        return batch.column(property_column(mapping.property))
    if INVALID in values:
        values = [None if value is INVALID else value for value in values]
    if isinstance(type_, pa.JsonType):
        return pa.array([None if value is None else json_text(value) for value in values], type_)
    try:
        return pa.array(values, type_)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        raise _NotText(mapping.name) from None


def _targets(mapping: MappingColumn, values: list[Any]) -> list[str | None]:
    """What each value is to the partner; nothing where there is none."""
    return [None if value is None or value is INVALID else mapping.target for value in values]


def _without(faults: dict[int, Fault], count: int) -> Array:
    pa = load_arrow()

    return pa.array([row not in faults for row in range(count)])


def _skip_batch(
    members: list[str | None],
    mappings: Sequence[MappingColumn],
    values: dict[str, list[Any]],
    faults: dict[int, Fault],
    schema: Schema,
) -> RecordBatch:
    pa = load_arrow()

    raw: list[list[Any]] = []
    for mapping in mappings:
        raw.append([_raw_text(_raw(mapping, values, row)) for row in faults])
        if mapping.target is not None:
            raw.append(_targets(mapping, raw[-1]))
    reasons = [reason for reason, _ in faults.values()]
    at_fault = [mapping for _, mapping in faults.values()]
    columns: list[list[Any]] = [[members[row] for row in faults], *raw, reasons, at_fault]
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], schema=schema)


def _raw(mapping: MappingColumn, values: Mapping[str, list[Any]], row: int) -> Any:
    """What the user has of the mapping's properties."""
    if mapping.properties is None:
        return values[mapping.property][row]
    return gathered({name: values[name][row] for name in sorted(mapping.properties)})


def _raw_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json_text(value)
