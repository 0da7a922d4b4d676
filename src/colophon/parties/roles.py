"""Staff roles: Django groups with the permissions each room grants them.

A room's AppConfig may carry ``grants``: role → codenames. Looking is granted to every staff
role. The grants are put in place after each migration, so a new room needs no step by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.apps import AppConfig


class Role(StrEnum):
    """The four kinds of staff; the inspector only looks (Source: Art. 21¶1)."""

    REVIEWER = "reviewer"
    COMPLIANCE_OFFICER = "compliance officer"
    ADMINISTRATOR = "operator administrator"
    INSPECTOR = "inspector"


WORDS: Mapping[Role, Mapping[str, str]] = {
    Role.REVIEWER: {"zh": "审核员", "en": "Reviewer"},
    Role.COMPLIANCE_OFFICER: {"zh": "合规负责人", "en": "Compliance officer"},
    Role.ADMINISTRATOR: {"zh": "运营管理员", "en": "Operator administrator"},
    Role.INSPECTOR: {"zh": "检查人员（只读）", "en": "Inspector (read only)"},
}


def grant(sender: AppConfig, **_: Any) -> None:
    """Gives each role its permissions on one room's tables (handler of ``post_migrate``)."""
    if not sender.name.startswith("colophon."):
        return
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(sender, verbosity=0)
    grants: Mapping[str, tuple[str, ...]] = getattr(sender, "grants", {})
    own = Permission.objects.filter(content_type__app_label=sender.label)
    looking = own.filter(codename__startswith="view_")
    for role in Role:
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.add(*looking, *own.filter(codename__in=grants.get(role, ())))


def appoint(account: Any, role: Role) -> None:
    """Makes ``account`` staff with ``role``."""
    from django.contrib.auth.models import Group

    account.is_staff = True
    account.save(update_fields=["is_staff"])
    account.groups.add(Group.objects.get_or_create(name=role.value)[0])
