from __future__ import annotations

import subprocess
import sys


def test_the_data_plane_loads_its_engines_only_when_they_work() -> None:
    program = (
        "import sys, maniple.store.data.plane, maniple.sources.file;"
        "print(sorted({'duckdb', 'pyarrow', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "[]" == answer.stdout.strip()
