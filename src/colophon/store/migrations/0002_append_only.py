"""Make the event log append-only, by trigger, on both databases."""

from django.db import migrations

from colophon.store import triggers


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [migrations.RunPython(triggers.forwards, triggers.backwards, elidable=False)]
