"""What an ASGI server loads: ``colophon.site.asgi:application``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.asgi import get_asgi_application

if TYPE_CHECKING:
    from starlette.applications import Starlette


def _application() -> Starlette:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")
    django = get_asgi_application()
    # Only after Django is set up may anything import its models.
    from colophon.site import front

    return front.build(django)


application = _application()
