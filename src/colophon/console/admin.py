"""Groups, dressed as everything else in the console."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as PlainGroupAdmin
from django.contrib.auth.models import Group
from unfold.admin import ModelAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(PlainGroupAdmin, ModelAdmin):
    """Roles: who may look at what and change what."""

    filter_horizontal: ClassVar[tuple[str, ...]] = ("permissions",)
