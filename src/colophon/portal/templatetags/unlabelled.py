"""The quiet section on a content's page: its version without explicit label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from colophon.content import unlabelled
from colophon.portal.asking import told

if TYPE_CHECKING:
    from colophon.content.models import Content

register = template.Library()


@register.inclusion_tag("portal/parts/unlabelled.html", takes_context=True)
def without_explicit(context: dict[str, Any], content: Content) -> dict[str, object]:
    """Where the owner stands; nothing for staff, and nothing before the release."""
    viewer = context["request"].user
    if content.account_id is None or content.account_id != viewer.pk:
        return {}
    found = unlabelled.standing(content)
    if found.stand is unlabelled.Stand.NOT_RELEASED:
        return {}
    return {"content": content, "found": found, "standing": told(found.stand)}
