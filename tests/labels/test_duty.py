"""The decision table of Art. 16 and 17, row by row."""

from __future__ import annotations

import pytest

from colophon.labels.duty import KIND_OF_MEDIUM, Action, decide
from colophon.labels.model import Kind, Medium


@pytest.mark.parametrize(
    ("kind", "action", "explicit", "clause"),
    [
        ("text", "created", "required", "17.1.1"),
        ("text", "edited", "required", "17.1.1"),
        ("speech", "created", "required", "17.1.2"),
        ("speech", "identity-changed", "required", "17.1.2"),
        ("speech", "edited", "offered", "17.2"),
        ("face", "created", "required", "17.1.3"),
        ("face", "identity-changed", "required", "17.1.3"),
        ("face", "edited", "offered", "17.2"),
        ("scene", "created", "required", "17.1.4"),
        ("scene", "edited", "required", "17.1.4"),
        ("image", "created", "required", "17.1.5"),
        ("image", "identity-changed", "required", "17.1.5"),
        ("image", "edited", "offered", "17.2"),
        ("video", "created", "required", "17.1.5"),
        ("video", "edited", "offered", "17.2"),
        ("audio", "created", "required", "17.1.5"),
        ("audio", "edited", "offered", "17.2"),
    ],
)
def test_the_table(kind: str, action: str, explicit: str, clause: str) -> None:
    duty = decide(Kind(kind), Action(action))
    assert (duty.explicit, duty.clause, duty.source) == (explicit, clause, f"Art. {clause}")


@pytest.mark.parametrize("value", ["2", "3"])
def test_a_platforms_labels_put_no_duty_on_the_file(value: str) -> None:
    assert decide(Kind.TEXT, value=value).explicit == "none"


def test_every_medium_has_a_kind_and_every_clause_exists() -> None:
    from colophon.provisions import catalogue

    assert set(KIND_OF_MEDIUM) == set(Medium)
    for kind in Kind:
        for action in Action:
            assert catalogue.clause(decide(kind, action).clause)
