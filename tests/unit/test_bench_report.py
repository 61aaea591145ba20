"""Figures of `tools/bench`: medians, ratios of samples taken in turn, and how they are shown."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from _bench.cohorts import CASES, write_cohort
from _bench.report import Result, Round, Sample, Target, ratio_of, result_of, table
from _bench.sink import content_length

from maniple.usecases.destinations import load_content


def sample(wall: float, sent: int = 10) -> Sample:
    return Sample(wall, wall / 2, 100.0, sent, wall / 10)


def turns(**walls: list[float]) -> list[Round]:
    return [{name: sample(times[at]) for name, times in walls.items()} for at in range(len(walls["engine"]))]


def test_users_per_second_follow_from_the_median_time() -> None:
    result = result_of("bench", 600, turns(engine=[1.0, 3.0, 2.0]))

    assert (300.0, 1.0, 100.0) == (result.users_per_s, result.cpu_s, result.peak_mb)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    # A busy second round slows both sides down and leaves the ratio alone.
    rounds = turns(engine=[2.0, 20.0, 4.0], hand=[1.0, 10.0, 1.0])

    assert 0.5 == ratio_of(rounds, "hand")


def test_the_fastest_way_by_hand_is_the_floor() -> None:
    result = result_of("bench", 100, turns(engine=[2.0, 2.0], slow=[1.6, 1.6], fast=[1.0, 1.0]))

    assert 0.5 == result.ratio_to_floor
    assert ("fast", 100, {"slow": 1.6, "fast": 1.0}) == tuple(
        result.more[name] for name in ("floor", "floor_users_per_s", "floors_wall_s")
    )


def test_the_limit_is_no_floor() -> None:
    result = result_of("bench", 100, turns(engine=[2.0], limit=[0.5]))

    assert (None, 0.25) == (result.ratio_to_floor, result.ratio_to_limit)


def test_a_limit_may_follow_from_arithmetic() -> None:
    result = result_of("bench", 100, turns(engine=[2.0]), limit_s=1.0)

    assert (0.5, 100) == (result.ratio_to_limit, result.more["limit_users_per_s"])


def test_contenders_that_sent_different_bodies_are_told_apart() -> None:
    alike = [{"engine": sample(1.0, 10), "hand": sample(1.0, 10)}]
    unlike = [{"engine": sample(1.0, 10), "hand": sample(1.0, 11)}]

    assert (True, False) == tuple(result_of("b", 1, rounds).more["same_bytes"] for rounds in (alike, unlike))


@pytest.mark.parametrize(
    ("target", "ratio", "speed", "met"),
    [
        (Target(), 0.1, 1.0, None),
        (Target({"ratio_to_floor": 0.9}), 0.9, None, True),
        (Target({"ratio_to_floor": 0.9}), 0.89, None, False),
        (Target({"ratio_to_floor": 0.9}), None, None, None),
        (Target({"ratio_to_floor": 0.4, "users_per_s": 300_000}), 0.5, 299_999.0, False),
        (Target({"ratio_to_floor": 0.4, "users_per_s": 300_000}), 0.5, 300_000.0, True),
        (Target({"ratio_to_floor": 0.4}, {"users_per_s": 10}), 0.5, 11.0, False),
        (Target({}, {"users_per_s": 10}), None, 10.0, True),
    ],
)
def test_a_target_is_met_when_every_figure_it_asks_for_is(
    target: Target, ratio: float | None, speed: float | None, met: bool | None
) -> None:
    assert met is target.is_met({"ratio_to_floor": ratio, "users_per_s": speed})


def test_json_holds_the_figures_that_are_asked_for() -> None:
    result = result_of(
        "bench", 300, turns(engine=[3.0], hand=[1.5], limit=[0.3]), target=Target({"ratio_to_floor": 0.9})
    )
    found = json.loads(json.dumps(result.as_json()))

    assert {
        "name": "bench",
        "users": 300,
        "users_per_s": 100,
        "cpu_s": 1.5,
        "peak_mb": 100.0,
        "ratio_to_floor": 0.5,
        "ratio_to_limit": 0.1,
        "target": {"at_least": {"ratio_to_floor": 0.9}, "at_most": {}},
        "ok": False,
    } == {name: found[name] for name in list(found)[:9]}


def test_a_figure_without_meaning_is_null() -> None:
    found = Result("startup", None, None, 0.1, 20.0).as_json()

    assert [None, None, None, None, None] == [
        found[name] for name in ("users", "users_per_s", "ratio_to_floor", "ratio_to_limit", "ok")
    ]


def test_the_table_has_a_line_for_each_bench() -> None:
    shown = table(
        [
            result_of("one", 3_000_000, turns(engine=[3.0], hand=[1.5]), target=Target({"ratio_to_floor": 0.9})),
            Result("startup", None, None, 0.1, 20.0, target=Target({}, {"cpu_s": 0.35})),
        ]
    )

    assert [
        "bench      users/s  cpu s  peak MB  of floor  of limit  target",
        "one      1,000,000  1.500      100      0.50            0.90 of floor  missed",
        "startup             0.100       20                      <= 0.35 CPU s  met",
    ] == shown.splitlines()


@pytest.mark.parametrize("name", CASES)
def test_the_manifests_of_the_benches_are_sound(name: str) -> None:
    assert () == load_content(Path("manifest.yaml"), CASES[name].manifest.encode()).diagnostics


def test_a_cohort_file_numbers_its_users(tmp_path: Path) -> None:
    write_cohort(tmp_path / "c.csv", 3, first=9)

    assert [
        "user_id,email,plan",
        "user00000009,Given.Name9@Mail.Example.test,gold",
        "user00000010, Given.Name10@Mail.Example.test,gold",
        "user00000011,Given.Name11@Mail.Example.test,gold",
    ] == (tmp_path / "c.csv").read_text().splitlines()


@pytest.mark.parametrize(
    ("head", "length"),
    [(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nX: 1", 12), (b"GET / HTTP/1.1\r\nHost: a", 0)],
)
def test_the_sink_reads_the_length_of_a_body(head: bytes, length: int) -> None:
    assert length == content_length(head)
