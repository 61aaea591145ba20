"""Each law's guarded line, broken on purpose: the law's test must fail. Prints one line a mutant; exit 1 if one survives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Mutant:
    """`before` stands once in `file`; `after` breaks the law that `test` holds."""

    law: str
    file: str
    before: str
    after: str
    test: str


COHORT = "tests/property/test_cohort_laws.py"
PLANE = "tests/property/test_data_plane_laws.py"
REQUESTS = "tests/property/test_request_laws.py"
RUNS = "tests/property/test_library_laws.py"
TEMPLATES = "tests/property/test_template_laws.py"
CRASH = "tests/e2e/test_crash_resume.py"
EXACT = "tests/e2e/test_sync_exact.py"

MUTANTS = (
    Mutant(
        "applying the changes gives the cohort",
        "cohort/delta.py",
        "if pair not in accepted.settled",
        "if pair not in accepted.pairs",
        RUNS,
    ),
    Mutant(
        "nothing is removed that is wanted",
        "cohort/delta.py",
        "leaving = accepted.pairs - set(cohort) - staying",
        "leaving = accepted.pairs - staying",
        COHORT,
    ),
    Mutant(
        "a shared identifier is removed only when nobody holds it",
        "cohort/delta.py",
        "identifier in held or identifier in carried",
        "identifier in carried",
        RUNS,
    ),
    Mutant(
        "a skipped member keeps its place",
        "cohort/delta.py",
        "if pair.member_id in skipped}",
        "if pair.member_id in ()}",
        COHORT,
    ),
    Mutant(
        "a doubted remove is remembered",
        "cohort/fold.py",
        '            doubted.add(pair)\n        case "delivered" if',
        '        case "delivered" if',
        RUNS,
    ),
    Mutant(
        "only settled outcomes move membership",
        "usecases/settle.py",
        '"failed": "unsent"',
        '"failed": "delivered"',
        EXACT,
    ),
    Mutant(
        "the DuckDB fold is the reference",
        "store/data/settling.py",
        "{adds} WHERE state IN ('delivered', 'in_doubt')\"\n    )\n    write",
        "{adds} WHERE state IN ('delivered')\"\n    )\n    write",
        PLANE,
    ),
    Mutant(
        "batches are the input",
        "runtime/prepare.py",
        "halves = [(start + rows.size // 2, stop)",
        "halves = [(start + rows.size // 2 + 1, stop)",
        REQUESTS,
    ),
    Mutant(
        "no batch is above its bytes",
        "runtime/prepare.py",
        "len(body) > limit:",
        "len(body) > limit * 2:",
        REQUESTS,
    ),
    Mutant(
        "adds and removes never share a request",
        "usecases/library.py",
        'await self._send("remove", context)\n            await self._send("add", context)',
        'await self._send("add", context)\n            await self._send("remove", context)',
        RUNS,
    ),
    Mutant(
        "every change is in one figure",
        "usecases/library.py",
        'sum(fate == "in_doubt" for _, fate in by_fate)',
        'sum(fate in ("in_doubt", "rejected") for _, fate in by_fate)',
        RUNS,
    ),
    Mutant(
        "preview is what is sent",
        "usecases/library.py",
        '        for operation in ("remove", "add"):\n            call = self.program.call_for(operation)\n            for batch',
        '        for operation in ("add",):\n            call = self.program.call_for(operation)\n            for batch',
        RUNS,
    ),
    Mutant(
        "no user value changes the path",
        "template/filters.py",
        'return quote(text, safe="", errors="replace")',
        'return quote(text, safe="/", errors="replace")',
        REQUESTS,
    ),
    Mutant(
        "a header holds no line break",
        "runtime/prepare.py",
        '    if CONTROL.search(value):\n        raise HeaderInjection(f"the header',
        '    if False:\n        raise HeaderInjection(f"the header',
        REQUESTS,
    ),
    Mutant(
        "a render keeps types",
        "template/emit.py",
        "return self._optional(node) if optional else self.expression(expression)",
        "return self._text((expression,))",
        TEMPLATES,
    ),
    Mutant(
        "the compiled form is the interpreter's",
        "template/emit.py",
        "ast.IfExp(self.expression(condition).code, a.code, b.code)",
        "ast.IfExp(self.expression(condition).code, b.code, a.code)",
        TEMPLATES,
    ),
    Mutant(
        "the fast form means the same",
        "template/emit.py",
        "        if value.text:\n            return value\n",
        "        if value.text:\n            return self.expression(other)\n",
        TEMPLATES,
    ),
    Mutant(
        "pauses are bounded",
        "runtime/retry.py",
        "min(MAX_PAUSE, FIRST_PAUSE * 2 ** min(retry, 16))",
        "(FIRST_PAUSE * 2 ** min(retry, 16))",
        REQUESTS,
    ),
    Mutant(
        "Retry-After is honoured within bounds",
        "runtime/retry.py",
        "max(0.0, min(float(value), 86_400.0))",
        "float(value)",
        REQUESTS,
    ),
    Mutant(
        "an outcome in doubt is said so",
        "runtime/flow.py",
        "tally.in_doubt = tally.in_doubt or reply.in_doubt",
        "tally.in_doubt = reply.in_doubt",
        REQUESTS,
    ),
    Mutant(
        "nothing acknowledged is sent again",
        "usecases/run.py",
        'if row.state == "delivered":\n                parts',
        'if row.state == "nothing":\n                parts',
        CRASH,
    ),
    Mutant(
        "a killed run is settled before the next",
        "usecases/settle.py",
        '"delivered": "delivered", "in_doubt"',
        '"delivered": "unsent", "in_doubt"',
        CRASH,
    ),
)


def main(words: list[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.law for word in words)]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        ignored = shutil.ignore_patterns(".git", ".venv", ".demo", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, copy, ignore=ignored)
        for mutant in chosen:
            killed = is_killed(copy, mutant)
            survivors += not killed
            print(f"{'killed  ' if killed else 'SURVIVED'}  {mutant.law}  ({mutant.file}, {mutant.test})", flush=True)
    print(f"{len(chosen)} mutants, {len(chosen) - survivors} killed, {survivors} survived")
    return 1 if survivors else 0


def is_killed(copy: Path, mutant: Mutant) -> bool:
    path = copy / "src" / "maniple" / mutant.file
    text = path.read_text()
    if text.count(mutant.before) != 1:
        raise SystemExit(
            f"`{mutant.before}` stands {text.count(mutant.before)} times in {mutant.file}; it must stand once"
        )
    path.write_text(text.replace(mutant.before, mutant.after))
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutant.test]
        environ = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1", "CI": "true"}
        return subprocess.run(command, cwd=copy, env=environ, capture_output=True, check=False).returncode == 1
    finally:
        path.write_text(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
