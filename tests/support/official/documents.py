"""The descriptions on this machine: where they are, and each of them as an OpenAPI document."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .destinations import Description
from .discovery import from_discovery
from .graph import from_graph
from .service_model import from_service_model
from .swagger import from_swagger
from .synced_segment import from_synced_segment

ROOT = Path(__file__).parents[3]
VARIABLE = "MANIPLE_PARTNER_SPECS"
METHODS = ("get", "put", "post", "delete", "patch")


def folder_of_descriptions() -> Path | None:
    """The folder that `MANIPLE_PARTNER_SPECS` names, else the one kept beside the repository; None without either.

    The partners' texts are theirs, so they are never part of the repository.
    """
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else ROOT.parent / "shared" / "destinations" / "specs"
    return folder if folder.is_dir() else None


@cache
def read_description(folder: Path, description: Description) -> dict[str, Any]:
    """A description as OpenAPI 3.0 or 3.1, served where the table says when it says so."""
    document = _openapi(_read(folder / description.path), description.at)
    if description.servers:
        _serve(document, description.servers)
    _say_schemes(document)
    return document


def _serve(document: dict[str, Any], servers: tuple[str, ...]) -> None:
    """Serve a whole document at `servers`, whatever its paths and operations say themselves."""
    document["servers"] = [{"url": url} for url in servers]
    for item in document["paths"].values():
        for each in (item, *(item[method] for method in METHODS if method in item)):
            each.pop("servers", None)


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_PlainDates)
    return document


class _PlainDates(yaml.SafeLoader):
    """YAML whose dates stay text, as they are in JSON: a default such as `2026-07-15` is a version."""


_PlainDates.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _openapi(document: dict[str, Any], at: str) -> dict[str, Any]:
    if "openapi" in document:
        return document
    if document.get("swagger") == "2.0":
        return from_swagger(document)
    if "discoveryVersion" in document:
        return from_discovery(document)
    if "operations" in document and "shapes" in document:
        return from_service_model(document)
    if "apis" in document:
        return from_graph(document, at)
    if "syncedSegment" in document.get("capabilities", {}):
        return from_synced_segment(document, at)
    raise AssertionError("this kind of description cannot be read")


def _say_schemes(document: dict[str, Any]) -> None:
    """OAuth 2 tokens travel as bearer tokens (RFC 6750); names of HTTP schemes have no case."""
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        if scheme.get("type") in {"oauth2", "openIdConnect"}:
            document["components"]["securitySchemes"][name] = {"type": "http", "scheme": "bearer"}
        elif scheme.get("type") == "http":
            scheme["scheme"] = scheme["scheme"].lower()
