"""Staff pages: accounts with their roles, API keys to look at and end, the operator."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from colophon.errors import Lang, UsageError
from colophon.parties import accounts, keys, operator
from colophon.parties.models import Account, ApiKey, Operator, pseudonym
from colophon.store import clock
from colophon.store.admin import ReadOnly


@admin.register(Account)
class AccountAdmin(UserAdmin, ModelAdmin):
    """Accounts are closed (not active), never deleted: what they made still names them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("number", "username", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("number", "username", "email")
    ordering = ("-date_joined",)
    readonly_fields = ("number", "last_login", "date_joined")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("number", "username", "password", "email")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A superuser's account, password included, is changed by superusers alone."""
        may = bool(super().has_change_permission(request, obj))
        mine = getattr(request.user, "is_superuser", False)
        return may and (mine or not getattr(obj, "is_superuser", False))

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:  # noqa: ARG002
        """Who is no superuser makes no superusers, and gives nobody a role."""
        if getattr(request.user, "is_superuser", False):
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser", "groups")

    def save_related(
        self, request: HttpRequest, form: ModelForm[Account], formsets: Any, change: bool
    ) -> None:
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            if change and form.changed_data:
                accounts.note_change(
                    form.instance, form.changed_data, by=actor(request), now=clock.now()
                )


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    """A key is shown once to whom it belongs; staff never sees it."""

    list_display = ("prefix", "name", "account", "created", "last_used", "expires", "revoked")
    list_filter = ("revoked",)
    search_fields = ("prefix", "name", "account__number")
    actions = ("revoke",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether this person may end keys."""
        return bool(request.user.has_perm("parties.change_apikey"))

    @admin.action(description=_("Revoke the chosen keys"), permissions=["end"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        count = 0
        for key in chosen.filter(revoked__isnull=True).select_related("account"):
            keys.revoke(key, by=actor(request), now=clock.now())
            count += 1
        text = ngettext("%(count)d key revoked.", "%(count)d keys revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


class OperatorForm(ModelForm):
    """The profile; what labels cannot be made of is refused before anything is written."""

    class Meta:
        model = Operator
        fields = ("name", "uscc", "extension", "service", "contact", "wording", "position")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given: dict[str, Any] = {name: values.get(name) or "" for name in self._meta.fields or ()}
        try:
            operator.check(dataclasses.replace(operator.profile_of(self.instance), **given))
        except UsageError as error:
            lang: Lang = "en" if (get_language() or "").startswith("en") else "zh"
            raise ValidationError(f"{error.cause(lang)} {error.remedy(lang)}") from error
        return values


@admin.register(Operator)
class OperatorAdmin(ModelAdmin):
    form = OperatorForm
    list_display = ("name", "service", "code", "demonstration")

    @admin.display(description=_("provider code"))
    def code(self, row: Operator) -> str:
        return operator.provider_code(row)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False

    def save_model(
        self, request: HttpRequest, obj: Operator, form: ModelForm[Operator], change: bool
    ) -> None:
        """One call to the act; the form's own saving is left out."""
        del form, change
        operator.establish(operator.profile_of(obj), by=actor(request), now=clock.now())


def actor(request: HttpRequest) -> str:
    """The pseudonym that events know a signed-in account by."""
    user = request.user
    return pseudonym(user) if isinstance(user, Account) else "nobody"
