"""Golden cases as pytest tests: `pytest -p maniple.testing.plugin integrations/acme`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.diagnostics.render import render_text
from maniple.errors import ManifestError
from maniple.manifest.cases import Case, Cases
from maniple.runtime.program import Program
from maniple.testing.destination import CASES_NAMES, MANIFEST_NAMES, named_in, read_cases, read_program
from maniple.testing.golden import run_case


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of golden cases that stands beside a manifest."""
    if file_path.name not in CASES_NAMES or named_in(file_path.parent, MANIFEST_NAMES) is None:
        return None
    collected: CasesFile = CasesFile.from_parent(parent, path=file_path)
    return collected


class CaseDiffers(Exception):
    """What was sent or read is not what the case says."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CasesFile(pytest.File):
    """A `cases.yaml`: one test a case."""

    def collect(self) -> Iterator[pytest.Item]:
        manifest = named_in(self.path.parent, MANIFEST_NAMES)
        assert manifest is not None
        try:
            program = read_program(manifest)
        except ManifestError as error:
            raise self.CollectError(_shown(error.diagnostics)) from None
        read = read_cases(self.path)
        if read.cases is None:
            raise self.CollectError(_shown(blocking(read.diagnostics)))
        for position, case in enumerate(read.cases.cases):
            yield CaseItem.from_parent(
                self, name=case.name, program=program, cases=read.cases, case=case, line=read.line(position)
            )


class CaseItem(pytest.Item):
    """One golden case."""

    def __init__(self, *, program: Program, cases: Cases, case: Case, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.program = program
        self.cases = cases
        self.case = case
        self.line = line

    def runtest(self) -> None:
        problems = run_case(self.program, self.cases, self.case)
        if problems:
            raise CaseDiffers(problems)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems as they are, without a traceback."""
        if not isinstance(excinfo.value, CaseDiffers):
            return super().repr_failure(excinfo, style)
        lines = [f"{self.path}:{self.line}: {self.case.name}"]
        return "\n".join([*lines, *(f"  {problem}" for problem in excinfo.value.problems)])

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands: its file and its line, from 0."""
        return self.path, self.line - 1, self.case.name


def _shown(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]) -> str:
    return "\n\n".join(render_text(diagnostic) for diagnostic in diagnostics)
