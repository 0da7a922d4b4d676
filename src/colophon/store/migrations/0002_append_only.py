"""Make the event log append-only, by trigger, on both databases."""

from django.db import migrations

from colophon.store.triggers import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [migrations.RunPython(APPEND_ONLY.forwards, APPEND_ONLY.backwards, elidable=False)]
