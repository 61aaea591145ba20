"""`maniple completion`: the script that completes verbs, options, destinations and connections in a shell."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from maniple.cli.screen import hint, stdout
from maniple.errors import ExitCode

_WHERE = {
    "bash": "maniple completion bash > ~/.local/share/bash-completion/completions/maniple",
    "zsh": "maniple completion zsh > ~/.zfunc/_maniple   # ~/.zfunc must be in $fpath",
    "fish": "maniple completion fish > ~/.config/fish/completions/maniple.fish",
}

app = App(
    name="completion",
    help_epilogue="Examples:\n" + "\n".join(f"  {command}" for command in _WHERE.values()),
)


@app.default
def completion(shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(name="SHELL", help="Your shell.")], /) -> int:
    """Print the completion script of a shell."""
    from maniple.cli.verbs import app as maniple

    screen = stdout()
    screen.line(maniple.generate_completion(prog_name="maniple", shell=shell))
    if screen.terminal:
        hint(f"keep it: `{_WHERE[shell]}`")
    return ExitCode.OK
