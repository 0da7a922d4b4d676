"""``colophon worker``: run queued work past one machine, as a Celery worker."""

from __future__ import annotations

import os
from pathlib import Path

import click

from colophon.cli.output import standard_options
from colophon.errors import Lang


@click.command("worker")
@click.option("--concurrency", type=click.IntRange(1, 256), help="Jobs at a time.")
@click.option("--log-level", default="INFO", show_default=True)
@click.option("--data", metavar="DIR", help="The data folder (shared by all workers).")
@standard_options
def command(
    *, concurrency: int | None, log_level: str, data: str | None, as_json: bool, lang: Lang
) -> None:
    """Run jobs from the broker that COLOPHON_BROKER_URL names, until told to stop.

    \b
    Examples:
      COLOPHON_BROKER_URL=redis://localhost/0 colophon worker --concurrency 4
    """
    del as_json, lang
    if data:
        os.environ["COLOPHON_DATA"] = str(Path(data).expanduser().absolute())
    from colophon.site.celery import worker_main

    worker_main(concurrency=concurrency, log_level=log_level)
