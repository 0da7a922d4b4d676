"""Keep accepted duties for their term, by trigger, on both databases."""

from django.db import migrations

from colophon.content.triggers import KEPT


class Migration(migrations.Migration):
    dependencies = [("content", "0002_unlabelled_version")]

    operations = [migrations.RunPython(KEPT.forwards, KEPT.backwards, elidable=False)]
