"""The store as a Django app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "colophon.store"
    label = "store"
    verbose_name = _("store")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the runner its settings.

        Past one machine, every process hands its jobs over as they are committed.
        """
        from colophon.store import runner

        runner.configure(
            runner.Options(
                on=settings.COLOPHON_RUNNER,
                workers=settings.COLOPHON_RUNNER_WORKERS,
                seconds=float(settings.COLOPHON_LEASE_SECONDS),
                broker=bool(settings.COLOPHON_BROKER_URL),
            )
        )
        if settings.COLOPHON_BROKER_URL:
            from colophon.store import announce, handover

            announce.listen(handover.Announcer())
