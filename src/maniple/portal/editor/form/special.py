"""Parts of the form that are no controls: the logo as a picture, the example of a cohort's name."""

from __future__ import annotations

from pathlib import Path

from textual import work
from textual.content import Content
from textual.widgets import Static

from maniple.usecases.authoring import EXAMPLE_NAME, example_label, uses_cohort_name
from maniple.usecases.draft import Draft


class ExampleName(Static):
    """What becomes of a cohort's name, live."""

    def __init__(self) -> None:
        super().__init__("", classes="example quiet", markup=False)

    def show(self, draft: Draft) -> None:
        """The example with the rule of now."""
        if not uses_cohort_name(draft):
            self.update(Content("The options come when a request uses $amp_cohort_name."))
            return
        label = example_label(draft)
        self.update(
            Content(f"{EXAMPLE_NAME}  →  {label}" if label is not None else "No example while the draft has errors.")
        )


class Logo(Static):
    """The logo beside the manifest."""

    def __init__(self) -> None:
        super().__init__("", classes="logo", markup=False)
        self._of: tuple[str, float] | None = None

    def show(self, draft: Draft) -> None:
        """The picture, or why there is none."""
        name = draft.value(("logo",))
        if not isinstance(name, str) or not name:
            self._of = None
            self.update("")
            return
        path = draft.path.parent / name
        stamp = (name, path.stat().st_mtime if path.is_file() else 0.0)
        if stamp != self._of:
            self._of = stamp
            self._draw(path)

    @work(thread=True, exclusive=True, group="logo")
    def _draw(self, path: Path) -> None:
        from maniple.portal.editor.form.picture import logo_content

        content = logo_content(path)
        self.app.call_from_thread(self.update, content)
