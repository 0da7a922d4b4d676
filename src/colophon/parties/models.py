"""Accounts under a pseudonym, API keys known only by their hash, and the one operator."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from colophon.store import clock, events

OPENED = events.kind("account.opened", zh="开立账号", en="An account was opened")


class Account(AbstractUser):
    """A person or a program that uses the service.

    ``number`` is the pseudonym that labels, events and logs carry; name and mail never
    leave this table.
    """

    number = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return str(self.number)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Accounts come in by several doors (sign-up, console, commands): each leaves its
        event here, in the transaction that makes the account.
        """
        opened = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if opened:
                events.append(OPENED, pseudonym(self), {}, by=pseudonym(self), now=clock.now())


class ApiKey(models.Model):
    """A program's key. The secret is shown once and kept only as its SHA-256."""

    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        related_name="keys",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=12)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(_("created"))
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar[list[str]] = ["-created"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class Operator(models.Model):
    """The provider who runs this installation: one row, the profile every label is made from."""

    ONLY = 1
    """The one primary key; the database refuses another."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(_("name"), max_length=200)
    uscc = models.CharField(_("unified social credit code"), max_length=18)
    extension = models.CharField(_("extension code"), max_length=5, default="10000")
    service = models.CharField(_("service"), max_length=200)
    contact = models.EmailField(_("contact"), blank=True)
    wording = models.CharField(_("label wording"), max_length=40, blank=True)
    position = models.CharField(_("label position"), max_length=20, default="auto")
    height = models.FloatField(
        _("height of the words"),
        null=True,
        blank=True,
        help_text=_("as a share of the shortest side; empty: the usual one"),
    )
    dress = models.CharField(_("ground of the words"), max_length=8, default="auto")
    ink = models.CharField(_("colour of the words"), max_length=8, default="auto")
    seconds = models.CharField(
        _("time a film shows it"),
        max_length=8,
        blank=True,
        help_text=_("in seconds, or whole; empty: the usual time"),
    )
    sound = models.CharField(_("label of sound"), max_length=8, default="auto")
    profile = models.CharField(_("rules"), max_length=8, default="cn")
    system_name = models.CharField(_("generating system"), max_length=100, blank=True)
    system_version = models.CharField(_("its version"), max_length=40, blank=True)
    demonstration = models.BooleanField(_("demonstration"), default=False)
    established = models.DateTimeField(_("established"))

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operator")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="operator_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


def pseudonym(account: Account) -> str:
    """How events name an account."""
    return f"account:{account.number}"
