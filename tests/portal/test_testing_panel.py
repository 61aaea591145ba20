"""The testing panel, driven with the keyboard."""

from __future__ import annotations

from pathlib import Path

from support.panel_bench import bench


async def test_an_end_to_end_test_against_the_simulator_shows_every_call_as_delivered(tmp_path: Path) -> None:
    app = bench(tmp_path, "iterable")
    async with app.run_test(size=(100, 40)) as pilot:
        await app.settle(pilot)
        await pilot.press("e")
        await app.settle(pilot)
        app.save_screenshot("/tmp/destc_e2e.svg")
        assert [(call.call, call.result) for call in reversed(app.panel.history)] == [
            ("create_list", "delivered"),
            ("add_users", "delivered"),
            ("remove_users", "delivered"),
        ]
