"""The typed API: every room's routes under one document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

from colophon import __version__
from colophon.content.api import router as content
from colophon.content.resolution import router as soft_bindings
from colophon.errors import RequestInvalid
from colophon.site import problems

api = NinjaAPI(
    title="Colophon",
    version=__version__,
    description="Puts a true colophon on what a generator makes. Errors are RFC 9457 problems.",
    docs_url=None,
    urls_namespace="api",
)
problems.install(api)
api.add_router("", content)

bindings = NinjaAPI(
    title="Colophon: C2PA soft binding resolution",
    version=__version__,
    description="Finds manifests again that were stripped from files.",
    openapi_url="services/openapi.json",
    docs_url=None,
    urls_namespace="bindings",
)
problems.install(bindings)
bindings.add_router("", soft_bindings)


@bindings.exception_handler(RequestInvalid)
def _invalid_query(_request: HttpRequest, error: RequestInvalid) -> HttpResponse:
    """The status that C2PA's API names for it."""
    return problems.response(error, status=400)


def docs(request: HttpRequest) -> HttpResponse:
    """The page that reads the OpenAPI document; its script is served from here."""
    return Swagger().render_page(request, api)
