"""An API at several addresses: the end user chooses one as a region."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from slugify import slugify

from maniple.source.openapi import absolute
from maniple.source.operation import Server
from maniple.usecases.scaffolding.draft import DraftCall, DraftField
from maniple.usecases.scaffolding.sample import Sample

_MOST: Final = 20
_TRIAL_NAME = re.compile(r"\b(?:localhost|mock|staging|sandbox|test|dev)\b", re.IGNORECASE)
_TRIAL_URL = re.compile(r"localhost|127\.|mock|staging|sandbox|stoplight|[/.-](?:test|dev)[.-]", re.IGNORECASE)
_PLAIN = re.compile(r"https://(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?)(?P<path>(?:/[\w.~-]+)*)/?")


@dataclass(frozen=True, slots=True)
class Regions:
    """The field with the addresses, and what URLs begin with at the first of them."""

    field: DraftField
    first: str
    path: str

    def apply(self, calls: tuple[DraftCall, ...]) -> tuple[tuple[DraftCall, ...], dict[str, str]]:
        """The calls with `$base` for the address, and what that is."""
        moved = tuple(
            replace(call, url="$base" + call.url[len(self.first) :]) if call.url.startswith(self.first) else call
            for call in calls
        )
        return moved, {"base": f"https://$region.host{self.path}"}


def regions_of(samples: list[Sample]) -> Regions | None:
    """The regions of an API whose calls can all be made at several addresses that differ in their host only."""
    servers = samples[0].servers if samples else ()
    if any(sample.servers != servers for sample in samples):
        return None
    kept = [server for server in servers if not (_TRIAL_NAME.search(server.name) or _TRIAL_URL.search(server.url))]
    found = [(server, _PLAIN.fullmatch(absolute(server.url))) for server in kept]
    hosts: dict[str, tuple[Server, str]] = {}
    for server, match in found:
        if match is None:
            return None
        hosts.setdefault(match["host"].lower(), (server, match["path"]))
    paths = {path for _, path in hosts.values()}
    if not 1 < len(hosts) <= _MOST or len(paths) != 1:
        return None
    path = paths.pop()
    first = f"https://{next(iter(hosts))}{path}"
    if any(not sample.url.startswith(first + "/") for sample in samples):
        return None
    return Regions(DraftField("region", "Region", "select", _options(hosts)[0][1], _options(hosts)), first, path)


def _options(hosts: dict[str, tuple[Server, str]]) -> tuple[tuple[str, str, str], ...]:
    """Label, value and host of each choice; labels and values differ."""
    made: list[tuple[str, str, str]] = []
    for host, (server, _) in hosts.items():
        label = server.name.rstrip(".") if server.name and len(server.name) <= 40 else host
        value = slugify(label, max_length=30) or slugify(host, max_length=60)
        if any(label == each[0] or value == each[1] for each in made):
            label, value = host, slugify(host, max_length=60)
        made.append((label, value, host))
    return tuple(made)
