"""Manifests from people who mean ill are refused with a code or do no harm, in little time and memory."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from support.confined import OCTETS, SECONDS, Confinement

MODULES = ("texts", "shapes", "expressions", "replies", "courses")
ATTACKS = [
    pytest.param(module, name, attack.expected, id=f"{module}: {name}")
    for module in MODULES
    for name, attack in import_module(f"data.hostile.{module}").ATTACKS.items()
]


@pytest.fixture(scope="module")
def confinement() -> Iterator[Confinement]:
    with Confinement() as confinement:
        yield confinement


@pytest.mark.parametrize(("module", "name", "expected"), ATTACKS)
def test_a_hostile_manifest_is_refused_or_harmless(
    confinement: Confinement, module: str, name: str, expected: str
) -> None:
    met = confinement.meet(module, name)

    assert expected in met.said.split()
    assert met.seconds < SECONDS
    assert met.octets < OCTETS
