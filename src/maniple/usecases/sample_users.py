"""Test users that nobody has to write: realistic, the same for the same seed, with every column a manifest reads."""

from __future__ import annotations

import csv
import io
import random
import string
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from maniple.manifest.mappings import Format
from maniple.runtime.mapping import MappingProgram, format_check
from maniple.runtime.program import Operation, Program
from maniple.template.scope import PREDEFINED
from maniple.template.text import text_of
from maniple.usecases.users import OPERATION, TestUsers

HOW_MANY = 10
COHORT_NAME = "Power users"
COHORT_ID = "7khm89cz"
COHORT_URL = "https://app.amplitude.test/cohort/7khm89cz"
LEAVES = 3
"""Of ten users this many leave the cohort."""
_FIRST_NAMES = ("Ada", "Bela", "Chidi", "Dana", "Emil", "Farah", "Goran", "Hana", "Ines", "Jonas", "Kaya", "Lars")
_LAST_NAMES = ("Albers", "Berg", "Castillo", "Dvorak", "Eriksen", "Farkas", "Garnier", "Holm", "Ito", "Jansen", "Kim")
_COUNTRIES = ("DE", "US", "FR", "JP", "BR", "IN")
_PLANS = ("free", "plus", "growth")
_WORDS = (
    ("email", ("email", "e_mail", "mail")),
    ("phone", ("phone", "mobile", "msisdn", "sms")),
    ("first_name", ("first_name", "firstname", "given", "fn")),
    ("last_name", ("last_name", "lastname", "family", "surname", "ln")),
    ("country", ("country",)),
    ("zip", ("zip", "postal", "postcode")),
    ("city", ("city", "town")),
    ("plan", ("plan", "tier")),
    ("birth_year", ("year", "doby")),
    ("gender", ("gender",)),
    ("device_id", ("device", "idfa", "gaid", "aaid", "maid", "advertising", "uuid", "guid")),
    ("name", ("full_name", "username", "handle")),
)
"""Words in the name of a mapping or a property, and what they speak of; an id when there is none of them."""
_CARRIED = ("email", "country", "plan")
"""The properties of a user whose properties travel along."""


def sample_users(
    program: Program, seed: int = 1, *, mappings: Mapping[str, str] | None = None, how_many: int = HOW_MANY
) -> TestUsers:
    """Users for whom every call of the program can be made; three of ten leave.

    The columns are named like the mappings' variables, then come the properties that `mappings` (chosen at set-up)
    or the manifest's suggestions name, then the cohort's name and id, which are the same for all. The same seed gives
    the same users.
    """
    dice = random.Random(seed)  # noqa: S311  the same users for the same seed, and no secret
    rows: list[dict[str, Any]] = []
    operations: list[Operation] = []
    columns = list(_columns(program, mappings or {}))
    for place in range(how_many):
        person = _person(dice, place)
        row: dict[str, Any] = {name: _value(person, name, mapping) for name, mapping in columns}
        rows.append(row | _cohort_columns(program))
        operations.append("remove" if _leaves(place) and not program.is_snapshot else "add")
    return TestUsers(tuple(rows), tuple(operations), tuple(rows[0]) if rows else (), told=True)


def users_csv(users: TestUsers) -> str:
    """The users as the CSV that `read_users` reads, with the column `operation` first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([OPERATION, *users.columns])
    for row, operation in zip(users.rows, users.operations, strict=True):
        writer.writerow([operation, *(text_of(row.get(name)) for name in users.columns)])
    return text.getvalue()


def _leaves(place: int) -> bool:
    """Every third user, but for the first ones of each ten, so that adds and removes are mixed."""
    return place % 10 in (2, 5, 8)


def _columns(program: Program, mappings: Mapping[str, str]) -> Iterator[tuple[str, MappingProgram | None]]:
    """The name of each column, with the mapping whose values it holds."""
    seen: set[str] = set()
    wanted: list[tuple[str, MappingProgram | None]] = []
    if not any(mapping.name == "user_id" for mapping in program.mappings):
        wanted.append(("user_id", None))
    wanted += [(mapping.name, mapping) for mapping in program.mappings if not mapping.many]
    for mapping in program.mappings:
        chosen = mapping.properties(mappings)
        wanted += [(name, mapping if not mapping.many else None) for name in chosen]
        wanted += [(name, None) for name in mapping.suggest if mapping.many or not chosen]
    if program.carries_user:
        wanted += [(name, None) for name in _CARRIED]
    for name, mapping_or_none in wanted:
        if name not in seen and name not in (OPERATION, "amplitude_id"):
            seen.add(name)
            yield name, mapping_or_none


def _cohort_columns(program: Program) -> dict[str, str]:
    """The parameters of the creation, the same for every user."""
    used = {row.name for row in program.variables if row.used and row.name in PREDEFINED}
    constants = {"amp_cohort_name": COHORT_NAME, "amp_cohort_id": COHORT_ID}
    return constants | ({"amp_cohort_url": COHORT_URL} if "amp_cohort_url" in used else {})


def _person(dice: random.Random, place: int) -> dict[str, str]:
    first, last = dice.choice(_FIRST_NAMES), dice.choice(_LAST_NAMES)
    number = f"{dice.randrange(10_000):04d}"
    return {
        "user_id": f"user-{place + 1:03d}-{number}",
        "email": f"{first}.{last}.{number}@example.com".lower(),
        # 555-01xx is kept for fiction in the North American numbering plan.
        "phone": f"+1{dice.randrange(201, 989)}55501{dice.randrange(100):02d}",
        "first_name": first,
        "last_name": last,
        "name": f"{first.lower()}_{last.lower()}_{number}",
        "country": dice.choice(_COUNTRIES),
        "zip": f"{dice.randrange(10_000, 99_999)}",
        "city": dice.choice(("Berlin", "Boston", "Lyon", "Osaka", "Recife", "Pune")),
        "plan": dice.choice(_PLANS),
        "birth_year": str(dice.randrange(1950, 2006)),
        "gender": dice.choice("mf"),
        "device_id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "number": str(dice.randrange(10_000, 10_000_000)),
    }


def _value(person: Mapping[str, str], column: str, mapping: MappingProgram | None) -> str:
    """What a person has in a column: what its name speaks of, in a form that the mapping takes."""
    spoken = _spoken_of(column, mapping)
    if mapping is None:
        return person[spoken]
    choice = mapping.choice({}) if mapping.choices else None
    wanted: Format = choice.rule.format if choice else mapping.rule.format
    match wanted:
        case "any":
            return person[spoken]
        case "email":
            return person["email"]
        case "e164":
            return person["phone"]
        case "uuid":
            return person["device_id"]
        case "integer":
            return person["number"]
        case _:
            return _fitting(person, spoken, wanted)


def _fitting(person: Mapping[str, str], spoken: str, wanted: Format) -> str:
    """Something of a person that the partner's own pattern takes; what is spoken of where nothing does."""
    fits = format_check(wanted)
    plain = [person[spoken], *person.values()]
    digits = [value for each in plain if (value := "".join(filter(str.isdigit, each)))]
    letters = ["".join(char for char in each if char in string.ascii_letters) for each in plain]
    candidates = (*plain, *(each.lower() for each in plain), *digits, *(each[-2:] for each in digits), *letters, "01")
    return next((each for each in candidates if each and fits(each)), person[spoken])


def _spoken_of(column: str, mapping: MappingProgram | None) -> str:
    """What kind of value a column is about, by the words in its name and in those of its mapping."""
    told: list[Iterable[str]] = [[column]]
    if mapping is not None and column == mapping.name:
        # `user_id_field_amplitude` says nothing; what the manifest suggests first does.
        choice = mapping.choice({})
        told = [[column, mapping.target or "", choice.target if choice else ""], mapping.suggest[:1]]
    for names in told:
        text = " ".join(names).lower().replace(" ", "_").replace("-", "_")
        for kind, words in _WORDS:
            if any(word in text for word in words):
                return kind
    return "user_id"
