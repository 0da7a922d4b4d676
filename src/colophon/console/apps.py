"""Registers the room with Django."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "colophon.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
