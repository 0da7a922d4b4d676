"""``colophon manage``: Django's own commands on the data folder."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command(
    "manage",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
@click.option("--data", metavar="DIR", help="The data folder.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(data: str | None, arguments: tuple[str, ...]) -> None:
    """Run one of Django's commands: migrate, createsuperuser, shell, check, …

    \b
    Examples:
      colophon manage check
      colophon manage createsuperuser
    """
    from django.core.management import execute_from_command_line

    if data:
        os.environ["COLOPHON_DATA"] = str(Path(data).expanduser().absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")
    execute_from_command_line(["colophon manage", *arguments])
