"""The 27-character provider code and the check character of the credit code."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.errors import ProducerCodeInvalid
from colophon.labels import provider_code
from colophon.provisions import parameters

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
STEM = "91110000EXAMPLE01"
USCC = STEM + provider_code.uscc_check_character(STEM)


def test_the_worked_check_character():
    # By hand: sum of value times 3^i mod 31 over the 17 characters, then 31 minus it.
    total = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(STEM))
    assert ALPHABET[(31 - total % 31) % 31] == "J"
    assert USCC == "91110000EXAMPLE01J"


def test_a_published_code_is_valid():
    # The example most often printed where GB 32100 is explained.
    assert provider_code.uscc_valid("91350100M000100Y43")
    assert not provider_code.uscc_valid("91350100M000100Y44")


def test_parts_add_up_to_the_length_the_standard_sets():
    assert len(provider_code.build(USCC)) == parameters.value("provider_code.length")
    assert provider_code.HEAD == "".join(
        str(parameters.value(f"provider_code.{part}"))
        for part in ("format", "organisation", "bound_by_uscc")
    )


@pytest.mark.parametrize(
    ("extension", "role"),
    [("00000", "none"), ("1AB2C", "generation"), ("20001", "propagation")],
)
def test_build_and_parse_agree(extension, role):
    code = provider_code.build(USCC, extension)
    found = provider_code.parse(code)
    assert (found.uscc, found.uscc_valid, found.extension, found.role) == (
        USCC,
        True,
        extension,
        role,
    )
    assert provider_code.faults(code) == ()


@pytest.mark.parametrize(
    "code",
    [
        "",
        "0011",
        "0011" + USCC + "0000",
        "0011" + USCC + "000000",
        "0021" + USCC + "00000",
        "0011" + USCC + "30000",
        "0011" + USCC + "0000a",
        "0011" + USCC.lower() + "00000",
        "0011" + STEM + "K" + "00000",
        "0011" + "I" * 18 + "00000",
        "示例" * 13 + "科",
    ],
)
def test_check_refuses_what_is_not_exactly_a_code(code):
    with pytest.raises(ProducerCodeInvalid):
        provider_code.check(code)
    assert provider_code.faults(code)


@settings(deadline=None)
@given(place=st.integers(0, 17), put=st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(place, put):
    changed = USCC[:place] + put + USCC[place + 1 :]
    if changed == USCC:
        return
    with pytest.raises(ProducerCodeInvalid):
        provider_code.build(changed)


@settings(deadline=None)
@given(place=st.integers(0, 16))
def test_any_two_neighbours_swapped_are_noticed(place):
    changed = USCC[:place] + USCC[place + 1] + USCC[place] + USCC[place + 2 :]
    assert changed == USCC or not provider_code.uscc_valid(changed)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_parse_and_faults_take_any_text(text):
    found = provider_code.parse(text)
    assert found is None or found.role in {"generation", "propagation", "none", "unknown"}
    assert isinstance(provider_code.faults(text), tuple)


def test_lost_characters_are_told_apart():
    short_extension = provider_code.parse("0011" + USCC + "0000")
    assert (short_extension.uscc, short_extension.uscc_valid) == (USCC, True)
    short_uscc = provider_code.parse("0011" + USCC[1:] + "00000")
    assert (short_uscc.uscc, short_uscc.uscc_valid, short_uscc.extension) == (
        USCC[1:],
        False,
        "00000",
    )
