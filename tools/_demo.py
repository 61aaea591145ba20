"""The demo's cohort files, and its check that the partner holds exactly the cohort.

_demo.py cohorts FOLDER      writes monday.csv (100,000 users) and tuesday.csv
_demo.py wait URL COUNT      returns once the partner has at least COUNT members
_demo.py compare URL FILE    compares the partner's members with the cohort's user ids
"""

from __future__ import annotations

import csv
import json
import random
import sys
import time
import urllib.request
from pathlib import Path

USERS = 100_000
FIRST = ("ada", "björn", "chloé", "dmitri", "esra", "fatima", "grace", "hiro", "ines", "jamal", "kofi", "linh")
PLANS = ("free", "starter", "growth", "enterprise")
HEADER = ("amplitude_id", "user_id", "email", "plan")


def user(number: int) -> tuple[str, str, str, str]:
    """One user; about one in 400 is anonymous and has no user id yet."""
    dice = random.Random(number)
    name = dice.choice(FIRST)
    known = dice.random() > 1 / 400
    return (
        f"{100_000_000 + number}",
        f"u-{number:06d}" if known else "",
        f"{name}.{number}@example.com",
        dice.choice(PLANS),
    )


def write(path: Path, numbers: list[int]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        rows.writerows(user(number) for number in numbers)


def cohorts(folder: Path) -> None:
    monday = list(range(USERS))
    left = set(random.Random(1).sample(monday, 1_200))
    tuesday = [number for number in monday if number not in left] + list(range(USERS, USERS + 2_000))
    write(folder / "monday.csv", monday)
    write(folder / "tuesday.csv", tuesday)


def members(url: str, *, count: bool = False) -> list[str] | int:
    with urllib.request.urlopen(f"{url}/__state{'?members=count' if count else ''}") as reply:
        (partner,) = json.load(reply)["partners"].values()
    found = [one["members"] for one in partner["lists"].values()]
    return sum(found) if count else [member for part in found for member in part]


def wait(url: str, wanted: int) -> None:
    while int(str(members(url, count=True))) < wanted:
        time.sleep(0.05)


def compare(url: str, path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        wanted = {row["user_id"] for row in csv.DictReader(file) if row["user_id"]}
    held = members(url)
    assert isinstance(held, list)
    missing, extra = wanted - set(held), set(held) - wanted
    print(
        f"the partner holds {len(held):,} members; missing: {len(missing)}, too many: {len(extra)}, twice: {len(held) - len(set(held))}"
    )
    return 1 if missing or extra or len(held) != len(set(held)) else 0


match sys.argv[1:]:
    case ["cohorts", folder]:
        cohorts(Path(folder))
    case ["wait", url, count]:
        wait(url, int(count))
    case ["compare", url, file]:
        sys.exit(compare(url, Path(file)))
    case _:
        sys.exit(__doc__)
