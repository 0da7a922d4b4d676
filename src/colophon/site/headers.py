"""What every answer tells the browser it may not do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

STRICT = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data: blob:",
    "manifest-src": "'self'",
    "media-src": "'self' blob: data:",
    "script-src": "'self'",
    "style-src": "'self'",
}
"""Public pages: nothing from elsewhere, nothing inline."""

# The console's Alpine evaluates expressions, its theme writes colours into the page.
CONSOLE = STRICT | {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
}
# The reader of the OpenAPI page sets styles on its elements.
DOCS = STRICT | {"style-src": "'self' 'unsafe-inline'"}

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeaders:
    """Middleware: a content security policy by part of the site, and what goes with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(request.path))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


def policy(path: str) -> str:
    """The policy for one path, as the header's text."""
    chosen = CONSOLE if path.startswith("/console/") else DOCS if path == "/docs" else STRICT
    return "; ".join(f"{name} {value}" for name, value in chosen.items())
