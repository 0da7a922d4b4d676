"""``colophon``: one file a command, loaded when it is called."""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module
from typing import Any

import click

from colophon import __version__

COMMANDS = {
    "articles": "the clauses, whom they bind, and their words",
    "init": "the operator's profile: name, credit code, service, keys",
    "inspect": "everything a file says about its origin",
    "label": "put on the labels that are due",
    "manage": "Django's own commands",
    "selftest": "the shipped vectors, on this machine",
    "serve": "the whole service in one process",
    "verify": "inspect, and say whom to trust for it",
    "worker": "run queued work past one machine",
}


class LateGroup(click.Group):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"colophon.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="colophon")
def program() -> None:
    """Put a true colophon on everything a generative model makes.

    \b
    Exit codes: 0 done · 1 the answer is no · 2 wrong usage · 3 bad input file
                4 refused by a rule · 5 unavailable
    """


def main() -> Any:
    """The console script. A file name may hold bytes that are no UTF-8: they print escaped."""
    # Work is shared out by files; threads within one sum would only spin for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _give_streams()
    if not sys.warnoptions:
        # What libraries think of a file is told by our own errors.
        warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    return program(prog_name="colophon")


def _give_streams() -> None:
    """A caller may have closed ours: what is said then goes nowhere, and the work is done."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


if __name__ == "__main__":
    main()
