"""The console's dress: unfold's settings in paper, ink and one seal.

Imported by the settings, so it may import nothing of Django that needs them.
"""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _place(title: Promise, page: str, icon: str) -> dict[str, Any]:
    """One line of the sidebar, shown to those who may look at its rows."""
    item: dict[str, Any] = {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{page}"),
    }
    if page.endswith("_changelist"):
        app, model = page.removesuffix("_changelist").split("_", 1)
        permission = f"{app}.view_{model}"
        item["permission"] = lambda request: request.user.has_perm(permission)
    return item


_LABEL: dict[str, Any] = {
    "title": _("Label"),
    "icon": "approval",
    "link": reverse_lazy("console-label"),
    "permission": lambda request: request.user.has_perm("parties.view_operator"),
}
_WITHOUT = _place(_("Without explicit label"), "content_unlabelledversion_changelist", "contract")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Colophon",
    "SITE_HEADER": "Colophon",
    "SITE_SUBHEADER": _("Console"),
    "SITE_URL": "/",
    "SITE_ICON": lambda _request: static("colophon/icon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("colophon/icon.svg"),
        }
    ],
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "/language"},
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "4px",
    "DASHBOARD_CALLBACK": "colophon.console.home.dashboard",
    "STYLES": [lambda _request: static("console/console.css")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {"title": "", "items": [_place(_("Today"), "index", "today")]},
            {
                "title": _("Content"),
                "items": [
                    _place(_("Contents"), "content_content_changelist", "draft"),
                    _LABEL,
                    _WITHOUT,
                    _place(_("Duties of users"), "content_dutiestext_changelist", "gavel"),
                ],
            },
            {
                "title": _("People and programs"),
                "items": [
                    _place(_("Accounts"), "parties_account_changelist", "person"),
                    _place(_("API keys"), "parties_apikey_changelist", "key"),
                    _place(_("Roles"), "auth_group_changelist", "badge"),
                    _place(_("Mail addresses"), "account_emailaddress_changelist", "mail"),
                    _place(_("Second factors"), "mfa_authenticator_changelist", "passkey"),
                    _place(_("Operator"), "parties_operator_changelist", "domain"),
                ],
            },
            {
                "title": _("Record and work"),
                "items": [
                    _place(_("Events"), "store_event_changelist", "history"),
                    _place(_("Jobs"), "store_job_changelist", "manufacturing"),
                ],
            },
        ],
    },
    "COLORS": {
        "base": {
            "50": "#faf8f3",
            "100": "#f3efe6",
            "200": "#e3ddcf",
            "300": "#cbc3b1",
            "400": "#a39c8b",
            "500": "#6b6558",
            "600": "#4d483d",
            "700": "#3a352a",
            "800": "#2a261e",
            "900": "#16140f",
            "950": "#0e0c09",
        },
        "primary": {
            "50": "#fcf1f0",
            "100": "#f9e0de",
            "200": "#f2c2be",
            "300": "#eba29c",
            "400": "#e98478",
            "500": "#e5675c",
            "600": "#b3261e",
            "700": "#931c15",
            "800": "#751711",
            "900": "#57120e",
            "950": "#330a08",
        },
        "font": {
            "subtle-light": "#6b6558",
            "subtle-dark": "#a39c8b",
            "default-light": "#3a352a",
            "default-dark": "#d6d0c2",
            "important-light": "#1e1b16",
            "important-dark": "#ede8dc",
        },
    },
}
