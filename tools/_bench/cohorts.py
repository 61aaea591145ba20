"""The users and the three manifests that the benches work with."""

from __future__ import annotations

from pathlib import Path

HOST = "http://127.0.0.1:{port}"

_HEAD = """\
manifest: 1
slug: bench-{name}
version: 1.0.0
name: Bench
category: webhook
summary: Takes everything.
maintainer: {{name: Bench, support: "https://bench.test/support"}}
sources: ["https://bench.test/docs, read 2026-11-24"]
kind: list
cadences: [once, hourly, daily, realtime]
auth: {{kind: header, name: Api-Key, value: $api_key}}
fields:
  - {{name: api_key, type: secret, label: API Key}}
  - {{name: server, type: url, label: Server, help: The address of the sink.}}
mappings:
"""
_CALLS = """\
add_users:
  method: POST
  url: $server/add{path}
{body}  batch: {{items: {size}}}
remove_users:
  method: POST
  url: $server/remove{path}
{body}  batch: {{items: {size}}}
limits: {{parallel: 4}}
"""
_LIST = "  json: {{{key}: $items}}\n  item: {item}\n"
_SINGLE = "  json: {item}\n"
_MAPPING = "  - {{name: {name}, label: {name}, target: {name}, suggest: [{name}], format: any}}\n"


class Case:
    """One way to send users: a manifest, and the properties that its mappings take.

    `key` is the member of the body that holds the users; without it a user is a request, and `path` ends its URL.
    """

    def __init__(
        self, name: str, mapped: tuple[str, ...], item: str, size: int, *, key: str = "", path: str = ""
    ) -> None:
        self.name = name
        self.mapped = mapped
        self.size = size
        body = (_LIST if key else _SINGLE).format(key=key, item=item)
        self.manifest = "".join(
            (
                _HEAD.format(name=name),
                *(_MAPPING.format(name=mapping) for mapping in mapped),
                _CALLS.format(path=path, body=body, size=size),
            )
        )


CASES = {
    case.name: case
    for case in (
        Case("list", ("user_id",), "$user_id", 10_000, key="userIds"),
        Case("object", ("email", "user_id"), "{email: $email, userId: $user_id}", 1_000, key="users"),
        Case(
            "hash",
            ("email", "plan"),
            '{email: "{{ email | trim | lower | sha256 }}", fields: {plan: $plan}}',
            10_000,
            key="users",
        ),
        Case("single", ("email", "user_id"), "{email: $email}", 1, path="/$user_id"),
    )
}


def write_cohort(path: Path, users: int, first: int = 0) -> None:
    """Write a CSV file of `users` users, numbered from `first`."""
    with path.open("w", encoding="utf-8", newline="") as target:
        target.write("user_id,email,plan\n")
        for at in range(first, first + users, 10_000):
            target.writelines(
                f"user{n:08d},{' ' * (n % 10 == 0)}Given.Name{n}@Mail.Example.test,{'gold' if n % 7 else 'silver'}\n"
                for n in range(at, min(at + 10_000, first + users))
            )
