"""What each part of the site lets a browser do."""

import pytest

from colophon.site.headers import policy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/verify", "/account/login/", "/api/openapi.json"])
def test_public_pages_run_nothing_inline_and_nothing_from_elsewhere(client, path):
    response = client.get(path)
    assert response.status_code == 200
    found = response["Content-Security-Policy"]
    assert "unsafe" not in found and "http" not in found and "default-src 'none'" in found
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_only_the_console_may_evaluate():
    assert "unsafe-eval" in policy("/console/") and "unsafe-eval" not in policy("/consoles")
    assert "frame-ancestors 'none'" in policy("/console/")
    assert "unsafe-eval" not in policy("/docs")
