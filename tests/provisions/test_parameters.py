"""Legal numbers: dated, sourced, and the ones the labels rest on."""

import dataclasses
import re
import subprocess
import sys
from datetime import date

import pytest

from colophon.errors import ParameterUnknown
from colophon.provisions import parameters

TODAY = date(2026, 11, 1)
CERTAINTIES = {"confirmed", "quoted", "computed", "inferred", "unconfirmed", "chosen"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("explicit.image.min_height_ratio", 0.05),
        ("explicit.video.min_height_ratio", 0.05),
        ("explicit.video.min_seconds", 2),
        ("explicit.scene.min_height_ratio", 0.05),
        ("explicit.speech.min_chars_per_minute", 120),
        ("explicit.speech.max_chars_per_minute", 160),
        ("logs.retention_months", 6),
        ("unlabelled_request.retention_months", 6),
        ("filing.file_working_days", 10),
        ("filing.change_working_days", 10),
        ("filing.cancel_working_days", 20),
        ("provider_code.length", 27),
        ("service_safety.keywords.min", 10_000),
        ("eu.text.marked_above_tokens", 200),
    ],
)
def test_the_number_the_text_gives(name, value):
    assert parameters.value(name, TODAY) == value
    assert parameters.number(name, TODAY) == value


def test_closed_lists_keep_their_order():
    assert parameters.words("implicit.label_values", TODAY) == ("1", "2", "3")
    assert parameters.words("implicit.fields", TODAY) == (
        "Label",
        "ContentProducer",
        "ProduceID",
        "ReservedCode1",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode2",
    )


def test_the_character_pattern_allows_what_annex_e_allows():
    pattern = re.compile(str(parameters.value("implicit.character_pattern", TODAY)))
    allowed = {chr(code) for code in range(0x250) if pattern.fullmatch(chr(code))}
    assert allowed == {chr(code) for code in range(0x21, 0x7F)} - {'"', "\\"}


def test_the_parts_of_a_provider_code_make_up_its_length():
    parts = ("format", "organisation", "bound_by_uscc")
    fixed = sum(len(str(parameters.value(f"provider_code.{part}", TODAY))) for part in parts)
    assert fixed + parameters.number("uscc.length", TODAY) + parameters.number(
        "provider_code.extension_length", TODAY
    ) == parameters.number("provider_code.length", TODAY)
    assert len(str(parameters.value("uscc.alphabet", TODAY))) == parameters.value(
        "uscc.modulus", TODAY
    )


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("网信算备110108000000001230001号", True),
        ("网信算备：110108000000001230001号", True),
        ("网信算备11010800000000123000号", False),
        ("备110108000000001230001号", False),
    ],
)
def test_the_form_of_a_filing_number(number, good):
    pattern = str(parameters.value("filing.number_pattern", TODAY))
    assert bool(re.match(pattern, number)) is good


@pytest.mark.parametrize("name", list(parameters.ids()))
def test_every_parameter_says_what_it_is_and_where_it_comes_from(name):
    entries = parameters.history(name)
    for entry in entries:
        assert entry.certainty in CERTAINTIES
        assert entry.unit
        assert entry.source
        assert entry.clause
        assert entry.zh
        assert entry.en
        assert isinstance(entry.start, date)
    starts = [entry.start for entry in entries]
    assert starts == sorted(set(starts))
    assert parameters.parameter(name, starts[-1]) == entries[-1]


def test_before_it_came_into_force_there_is_no_value():
    with pytest.raises(ParameterUnknown, match="2025-09-01"):
        parameters.value("explicit.image.min_height_ratio", date(2025, 8, 31))
    assert parameters.value("explicit.image.min_height_ratio", date(2025, 9, 1)) == 0.05


def test_the_day_decides_which_value_is_in_force():
    old = parameters.parameter("logs.retention_months", TODAY)
    new = dataclasses.replace(old, start=date(2030, 1, 1), value=12)
    assert parameters.in_force((old, new), date(2029, 12, 31)).value == 6
    assert parameters.in_force((old, new), date(2030, 1, 1)).value == 12


def test_unknown_names_and_words_asked_as_numbers_are_refused():
    with pytest.raises(ParameterUnknown, match="no such parameter"):
        parameters.value("explicit.image.colour")
    with pytest.raises(ParameterUnknown, match="not a number"):
        parameters.number("implicit.key", TODAY)


def test_importing_reads_nothing():
    code = (
        "import sys; from colophon.provisions import parameters, catalogue, clause; "
        "from colophon import terms; sys.exit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
