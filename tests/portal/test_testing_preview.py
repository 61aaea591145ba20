"""What the panel previews is what `maniple preview` prints, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maniple.usecases.draft import Draft
from maniple.usecases.exchange_text import preview_lines
from maniple.usecases.preview import request_json
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.sample_users import users_csv
from maniple.usecases.study import study
from support.command import Command
from support.panel_bench import INTEGRATIONS, case_settings, make_desk

SLUGS = ["infobip", "customer-io", "facebook-ads", "hubspot", "iterable", "klaviyo", "launchdarkly", "mailchimp"]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_panel_previews_what_the_command_line_prints(slug: str, tmp_path: Path) -> None:
    path = INTEGRATIONS / slug / "manifest.yaml"
    desk = make_desk(tmp_path)
    setup = Setup(settings=case_settings(slug), list_id=77)
    found = study(Draft(path, path.read_text()), setup, desk.home, {}, "2026-11-24T10:00:00Z")
    assert found.preview is not None, found.troubles
    assert found.users is not None
    (tmp_path / "users.csv").write_text(users_csv(found.users))
    (tmp_path / "settings.json").write_text(json.dumps(setup.settings))
    words = (str(path), "--users", "users.csv", "--settings", "settings.json", "--list-id", "77")

    text = Command(tmp_path)("preview", *words, "--full")
    data = Command(tmp_path)("preview", *words, "--json")

    lines = [line for line, _ in preview_lines(found.preview, everything=True)]
    assert text.out == "".join(f"{line}\n" for line in lines)
    assert [{k: v for k, v in request.items() if k != "when"} for request in data.json["requests"]] == [
        request_json(request) for request in found.preview.requests
    ]
