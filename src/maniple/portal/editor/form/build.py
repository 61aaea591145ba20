"""Which control a slot gets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, assert_never

from maniple.portal.editor.form.auth import AuthControl, AuthForm
from maniple.portal.editor.form.body import BodyControl, TreeControl
from maniple.portal.editor.form.control import (
    ChoiceControl,
    ChoicesControl,
    Control,
    LinesControl,
    NumberControl,
    ProseControl,
    SwitchControl,
    TextControl,
    ValueControl,
)
from maniple.portal.editor.form.kind import KindControl
from maniple.portal.editor.form.list_id import ListIdControl
from maniple.portal.editor.form.map_form import MapForm
from maniple.portal.editor.form.pairs import PairsControl
from maniple.portal.editor.form.rows import ErrorsControl, RowsControl
from maniple.portal.editor.form.slots import Shape, Slot
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft


def control_for(slot: Slot, place: Place, draft: Draft) -> Control:
    """The control that fits a slot and what the draft has at its place."""
    if place == ("kind",):
        return KindControl(slot, place)
    if slot.key == "list_id" and slot.shape is Shape.MAP:
        return ListIdControl(slot, place)
    match slot.shape:
        case Shape.TEXT:
            value = draft.value(place)
            return ProseControl(slot, place) if isinstance(value, str) and "\n" in value else TextControl(slot, place)
        case Shape.PROSE if slot.key == "text":
            return TreeControl(slot, place)
        case Shape.PROSE:
            return ProseControl(slot, place)
        case Shape.NUMBER:
            return NumberControl(slot, place)
        case Shape.VALUE:
            return ValueControl(slot, place)
        case Shape.SWITCH:
            return SwitchControl(slot, place)
        case Shape.CHOICE:
            return ChoiceControl(slot, place)
        case Shape.CHOICES:
            return ChoicesControl(slot, place)
        case Shape.LINES:
            return LinesControl(slot, place)
        case Shape.PAIRS:
            return PairsControl(slot, place)
        case Shape.TREE:
            return TreeControl(slot, place)
        case Shape.MAP:
            return MapForm(slot, place, nested=True)
        case Shape.ROWS:
            return RowsControl(slot, place)
        case Shape.ERRORS:
            return ErrorsControl(slot, place)
        case Shape.AUTH:
            return AuthControl(slot, place)
        case Shape.BODY:
            return BodyControl(slot, place)
        case _:
            assert_never(slot.shape)


def row_form(slot: Slot, place: Place, value: Any) -> Control | None:
    """The form of one row of a list; None for a row that is no map."""
    if not isinstance(value, dict):
        return None
    if slot.owner == "Auth":
        return AuthForm(slot, place)
    owner = "SameAs" if "same_as" in value and slot.owner == "ErrorRule" else slot.owner
    return MapForm(replace(slot, owner=owner), place)
