"""Codecs name the fixed forms of their format; they are those the parameters give."""

import pytest

from colophon.labels import credential, deviations, order, provider_code, xmp
from colophon.labels.model import LabelValue
from colophon.labels.tolerant import fields
from colophon.provisions import parameters


def value(name):
    return parameters.value(name)


def test_fields_and_values_of_the_implicit_label():
    assert parameters.words("implicit.fields") == fields.NAMES
    assert parameters.words("implicit.label_values") == tuple(LabelValue)
    assert value("implicit.key") == fields.WRAPPER == xmp.PROPERTY


def test_the_xmp_property():
    assert value("implicit.xmp.prefix") == xmp.PREFIX
    assert value("implicit.xmp.namespace") == xmp.NAMESPACE
    assert any(
        str(value("implicit.xmp.namespace")) in entry.en for entry in deviations.ALL.values()
    )


def test_digital_source_types():
    assert value("implicit.iptc.generated") == credential.GENERATED
    assert value("implicit.iptc.composite") == credential.COMPOSITE
    assert set(order.SOURCE_TYPES.values()) == {credential.GENERATED, credential.COMPOSITE}


def test_the_provider_code():
    head = ("format", "organisation", "bound_by_uscc")
    assert "".join(str(value(f"provider_code.{part}")) for part in head) == provider_code.HEAD
    assert value("provider_code.extension_none") == provider_code.NO_EXTENSION
    assert len(provider_code.NO_EXTENSION) == value("provider_code.extension_length")
    assert {
        value("provider_code.extension_generation"): "generation",
        value("provider_code.extension_propagation"): "propagation",
    } == provider_code.ROLES
    assert value("uscc.length") == provider_code.USCC_LENGTH


@pytest.mark.parametrize("first", ["91110108MA0000000", "11100000000013127", "92330106MA2CFLDG9"])
def test_the_check_character_follows_alphabet_base_and_modulus(first):
    alphabet, modulus = str(value("uscc.alphabet")), int(value("uscc.modulus"))
    total = sum(
        alphabet.index(character) * pow(int(value("uscc.weight_base")), place, modulus)
        for place, character in enumerate(first)
    )
    assert provider_code.uscc_check_character(first) == alphabet[-total % modulus]
