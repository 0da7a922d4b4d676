"""The Celery worker of ``colophon worker``: runs jobs and sweeps for those left behind."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")


def worker_main(*, concurrency: int | None = None, log_level: str = "INFO") -> None:
    """Work until told to stop; raises BrokerMissing where no broker is configured."""
    import django
    from django.conf import settings

    from colophon.errors import BrokerMissing

    django.setup()
    if not settings.COLOPHON_BROKER_URL:
        raise BrokerMissing

    from colophon.store import runner
    from colophon.store.handover import app

    arguments = ["worker", "--loglevel", log_level, "--without-gossip", "--without-mingle"]
    if concurrency is not None:
        arguments += ["--concurrency", str(concurrency)]
    runner.start()
    try:
        app.worker_main(arguments)
    finally:
        runner.stop()
