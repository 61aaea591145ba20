"""CSV bodies, as RFC 4180 has them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from maniple.body.format import Encoded
from maniple.template.text import text_of

CONTENT_TYPE = "text/csv"


@dataclass(frozen=True)
class CsvFormat:
    """A map of `columns`, the names in order, and `rows`, each a map from name to value.

    A cell is what the user's value is: one that begins with `=` or `+` is a value for an API, not a formula for a
    spreadsheet, and a phone number must arrive as it is.
    """

    header: bool = True
    delimiter: str = ","
    empty: ClassVar[dict[str, Any]] = {}

    def encode(self, tree: Any) -> Encoded:
        columns = [text_of(name) for name in tree.get("columns", ())]
        file = io.StringIO(newline="")
        # A row whose only cell is empty would be an empty line, which readers leave out; the writer quotes it.
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator="\r\n")
        if self.header:
            writer.writerow(columns)
        rows = tree.get("rows")
        writer.writerows([text_of(row.get(name)) for name in columns] for row in rows if isinstance(row, dict))
        return Encoded(file.getvalue().encode("utf-8", "replace"), CONTENT_TYPE)

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:  # noqa: ARG002  rows have no members
        return tree
