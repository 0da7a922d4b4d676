"""The room's registration."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "colophon.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"
