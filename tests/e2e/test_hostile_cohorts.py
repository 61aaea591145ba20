"""Cohort files that are bombs, no files at all, or full of odd names: told in words, within bounds, or sent as they are."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.hostile.attack import changed
from maniple.errors import CohortError, UsageError
from maniple.sources.file import MAX_COLUMNS, open_cohort
from maniple.store.data.capture import LONGEST_VALUE
from maniple.usecases.users import read_users
from support.command import Command
from support.raw_partner import Asked, RawPartner

MEGABYTE = b"a" * 1_000_000


def write(path: Path, *pieces: bytes, times: int = 1) -> Path:
    """A file of `pieces`, the last one `times` times."""
    with gzip.open(path, "wb", 1) if path.suffix == ".gz" else path.open("wb") as out:
        for piece in (*pieces[:-1], *[pieces[-1]] * times):
            out.write(piece)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(CohortError) as caught:
        open_cohort(path)
    return caught.value.message.replace(f"{path.parent}/", "")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")

    assert "`pipe.csv` is a pipe or a device, not a file" == refusal(tmp_path / "pipe.csv")


def test_a_device_is_not_read() -> None:
    assert "`zero` is a pipe or a device, not a file" == refusal(Path("/dev/zero"))


def test_a_link_leads_to_its_file(tmp_path: Path) -> None:
    write(tmp_path / "real.csv", b"user_id\nu1\n")
    (tmp_path / "link.csv").symlink_to("real.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")

    assert ["user_id"] == open_cohort(tmp_path / "link.csv").columns()
    with pytest.raises(Exception, match="cannot be read: Too many levels of symbolic links"):
        open_cohort(tmp_path / "loop.csv")


def test_a_name_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    write(path, b"user_id\nu1\n")

    assert refusal(path).endswith("is not UTF-8")


@pytest.mark.parametrize(
    ("name", "pieces", "told"),
    [
        ("header.csv", (MEGABYTE,), "line 1 of `header.csv` has more than 2 MB"),
        ("header.csv.gz", (b"\0" * 1_000_000,), "line 1 of `header.csv.gz` has more than 2 MB"),
        ("last.csv", (b"user_id,x\nu1,1\n", MEGABYTE), "the last line of `last.csv` has more than 2 MB"),
        ("line.jsonl", (MEGABYTE,), "line 1 of `line.jsonl` has more than 16 MB"),
        ("text.jsonl", (b'{"user_id":"', MEGABYTE), "line 1 of `text.jsonl` has more than 16 MB"),
    ],
)
def test_a_line_without_end_is_not_held(tmp_path: Path, name: str, pieces: tuple[bytes, ...], told: str) -> None:
    assert told == refusal(write(tmp_path / name, *pieces, times=40))


def test_more_columns_than_anybody_needs_are_refused(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(MAX_COLUMNS + 1)).encode()

    assert "`wide.csv` has 5,001 columns; 5,000 are the most" == refusal(write(tmp_path / "wide.csv", header, b"\n"))


def peak_of(code: str) -> int:
    """The most memory of a Python process that runs `code`, in bytes."""
    done = subprocess.run([sys.executable, "-c", f"{code}\n{_PEAK}"], capture_output=True, text=True, check=True)
    return int(done.stdout) * 1_000


# Of this program alone: what `getrusage` answers begins with the peak of the process it was started from.
_PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def test_a_gzip_bomb_of_users_is_left_early(tmp_path: Path) -> None:
    path = write(tmp_path / "bomb.csv.gz", b"user_id,x\n", b"u1,1\n" * 200_000, times=200)
    reading = (
        f"from maniple.usecases.users import read_users\nfrom pathlib import Path\ntry: read_users(Path({str(path)!r}))"
    )

    with pytest.raises(UsageError, match="has more than 50 MB"):
        read_users(path)
    assert peak_of(f"{reading}\nexcept Exception: pass") < 400_000_000


def test_a_parquet_file_that_unpacks_to_gigabytes_is_left_early(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["x" * 1_000_000]))
    pq.write_table(pa.table({"user_id": pa.array(map(str, range(2_000))), "x": text}), tmp_path / "bomb.parquet")

    with pytest.raises(UsageError, match="has more than 50 MB"):
        read_users(tmp_path / "bomb.parquet")


@pytest.fixture
def maniple(tmp_path: Path) -> Iterator[Command]:
    """A command with a connection `c` whose items carry everything about a user."""
    command = Command(tmp_path, {"MANIPLE_MAX_RETRIES": "0"})
    (tmp_path / "acme.json").write_bytes(changed(add_users__item={"id": "$user_key", "u~": "$user"}))
    command.write("settings.json", json.dumps({"bearer_token": "token-1"}))

    def answer(asked: Asked) -> tuple[int, bytes]:
        (tmp_path / "sent.json").write_bytes(asked.body)
        return 200, b'{"id":7}'

    with RawPartner(answer) as partner:
        to = ("--via", partner.url, "--allow-private-hosts", "--map", "user_key=user_id")
        assert command("connect", "acme.json", "--name", "c", "--settings", "settings.json", *to).code == 0
        yield command


def sent(maniple: Command) -> list[dict[str, object]]:
    users: list[dict[str, object]] = json.loads((maniple.folder / "sent.json").read_bytes())["users"]
    return users


ODD = [
    "a\"b'c; DROP TABLE x--",
    "line\nbreak",
    "🎉",
    "\u202ert",
    "${x} $$ {{y}}",
    "%s%n",
    "\\",
    "\x00nul",
    "=1+1",
    "@SUM",
]


def test_odd_ids_and_column_names_reach_the_partner_as_they_are(maniple: Command) -> None:
    rows = [{"user_id": each, "x\"; DROP--'": each} for each in ODD]
    maniple.write("odd.jsonl", *map(json.dumps, rows))

    done = maniple("sync", "c", "odd.jsonl", "--cohort", "K")

    assert done.code == 0
    assert [{"id": each, "u": {"x\"; DROP--'": each}} for each in ODD] == sent(maniple)


def test_an_export_holds_no_formula(maniple: Command) -> None:
    maniple.write("odd.jsonl", *(json.dumps({"user_id": each}) for each in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx")))
    maniple("sync", "c", "odd.jsonl", "--cohort", "K")

    done = maniple("export", "latest")

    assert ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx"] == [line.split(",")[0] for line in done.out.splitlines()[1:6]]


@pytest.mark.parametrize(
    ("value", "carried"),
    [
        ("[" * 3_000 + "]" * 3_000, None),
        ("9" * 5_000, None),
        ("[" * 150 + "]" * 150, json.loads("[" * 150 + "]" * 150)),
        ("1" + "0" * 30, 10**30),
    ],
)
def test_a_property_beyond_reading_is_none(maniple: Command, value: str, carried: object) -> None:
    maniple.write("deep.jsonl", f'{{"user_id":"u1","x":{value},"y":1}}')

    done = maniple("sync", "c", "deep.jsonl", "--cohort", "K")

    assert done.code == 0
    assert [{"id": "u1", "u": {"y": 1} if carried is None else {"x": carried, "y": 1}}] == sent(maniple)


def test_a_value_too_long_for_memory_stops_the_run_before_anything_is_sent(maniple: Command) -> None:
    maniple.write("long.csv", "user_id,x", "u1," + "x" * (LONGEST_VALUE + 1))

    done = maniple("sync", "c", "long.csv", "--cohort", "K")

    assert done.code == 2
    assert done.err.startswith("error: a value of the column `x` of `long.csv` has more than 32,768 bytes\n")
    assert not (maniple.folder / "sent.json").exists()
