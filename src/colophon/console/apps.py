from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "colophon.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sends the console's sign-in through the door that asks for the second factor."""
        from allauth.account.decorators import secure_admin_login
        from django.contrib import admin

        admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
