"""Light commits: seen by all at once, undone with their transaction, and leaving no trace."""

import pytest
from django.db import connection, transaction

from colophon.store import clock, durability, jobs
from colophon.store.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@jobs.body("durability.nothing")
def nothing(context):
    pass


def level():
    question = "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


FULL, LIGHT = {"sqlite": (2, 1), "postgresql": ("on", "off")}[connection.vendor]


def queue():
    jobs.queue("durability.nothing", {}, key="one", due=clock.now())


def test_only_the_block_is_light():
    assert level() == FULL
    with durability.light():
        assert level() == LIGHT
        queue()
    assert level() == FULL
    assert Job.objects.count() == 1


def test_a_failure_undoes_it_and_leaves_the_next_commit_durable():
    with pytest.raises(ZeroDivisionError), durability.light():
        queue()
        raise ZeroDivisionError
    assert level() == FULL
    assert not Job.objects.exists()


def test_inside_a_durable_transaction_it_is_part_of_it():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with durability.light():
            assert level() == FULL
            queue()
        raise ZeroDivisionError
    assert not Job.objects.exists()
