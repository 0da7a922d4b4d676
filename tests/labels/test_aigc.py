"""Strict writing, tolerant reading: what is written reads back clean, and no bytes are too odd."""

from __future__ import annotations

import json
import random
import re
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.errors import LabelFieldInvalid, ProducerCodeInvalid
from colophon.labels import aigc, provider_code, selftest
from colophon.labels.model import Label, LabelValue
from colophon.provisions import parameters

STEM = "91110000EXAMPLE01"
CODE = provider_code.build(STEM + provider_code.uscc_check_character(STEM))
NAMES = [
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
]
PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"\\')

plain = st.text(PLAIN, min_size=1, max_size=40)
reserved = st.text(PLAIN + '"', max_size=60)
labels = st.builds(
    Label,
    content_producer=st.just(CODE),
    produce_id=plain,
    label=st.sampled_from([value.value for value in LabelValue]),
    reserved_code1=reserved,
    propagate_id=plain,
    content_propagator=st.just(CODE),
    reserved_code2=reserved,
)


def codes(reading):
    return {deviation.code for deviation in reading.deviations}


# Writing.


def test_first_writing_is_the_standards_form():
    assert aigc.write(Label(CODE, "id-1")) == (
        f'{{"Label":"1","ContentProducer":"{CODE}","ProduceID":"id-1","ReservedCode1":"",'
        f'"ContentPropagator":"{CODE}","PropagateID":"id-1","ReservedCode2":""}}'
    )


def test_the_propagators_reserved_code_follows_the_producers_only_at_first_writing():
    first = json.loads(aigc.write(Label(CODE, "id-1", reserved_code1="abc")))
    assert first["ReservedCode2"] == "abc"
    label = Label(CODE, "id-1", reserved_code1="abc", content_propagator=CODE, propagate_id="p")
    assert json.loads(aigc.write(label))["ReservedCode2"] == ""


@settings(deadline=None)
@given(labels)
def test_what_is_written_reads_back_without_a_deviation(label):
    text = aigc.write(label)
    pattern = str(parameters.value("implicit.character_pattern"))
    for value in json.loads(text).values():
        assert re.fullmatch(f'(?:{pattern}|\\\\")*', json.dumps(value)[1:-1])
    reading = aigc.read(text, "riff:AIGC")
    assert reading.fields() == tuple(json.loads(text).values())
    assert reading.deviations == ()
    assert reading.claim == label.label


@pytest.mark.parametrize(
    "value", ["a b", "a\\b", "中", 'a"b', "a\n", "a\x7f", "a\u200b", "\x00"], ids=ascii
)
@pytest.mark.parametrize("field", ["produce_id", "propagate_id"])
def test_characters_outside_annex_e_are_refused(field, value):
    with pytest.raises(LabelFieldInvalid):
        aigc.write(Label(**{"content_producer": CODE, "produce_id": "x", field: value}))


def test_a_quotation_mark_is_allowed_in_reserved_codes_alone():
    text = aigc.write(Label(CODE, "x", reserved_code1='{"SecurityData":{}}'))
    assert '\\"SecurityData\\"' in text


@pytest.mark.parametrize("producer", ["", "Example", CODE[:-1], CODE.lower(), CODE[:-6] + "A00000"])
def test_an_invalid_producer_is_refused(producer):
    with pytest.raises((ProducerCodeInvalid, LabelFieldInvalid)):
        aigc.write(Label(producer, "x"))


@pytest.mark.parametrize("label", ["", "0", "4", "AIGC", "11"])
def test_label_is_one_of_three(label):
    with pytest.raises(LabelFieldInvalid):
        aigc.write(Label(CODE, "x", label=label))


def test_a_platform_may_mark_content_of_an_unknown_producer():
    label = Label("", "", label="2", content_propagator=CODE, propagate_id="post-1")
    reading = aigc.read(aigc.write(label), "x")
    assert (reading.claim, reading.content_propagator) == (LabelValue.MAY_BE, CODE)
    with pytest.raises(LabelFieldInvalid):
        aigc.write(Label("", "", content_propagator=CODE, propagate_id="post-1"))


# Reading (the vectors hold the rest).


@settings(deadline=None)
@given(labels, st.integers(0, 400))
def test_a_cut_value_keeps_its_whole_fields_and_no_other(label, at):
    text = aigc.write(label)
    cut = text[: min(at, len(text) - 1)]
    whole = dict(zip(NAMES, json.loads(text).values(), strict=True))
    reading = aigc.read(cut, "x")
    found = {name: v for name, v in zip(NAMES, reading.fields(), strict=True) if v is not None}
    assert found.items() <= whole.items()
    assert list(found) == NAMES[: len(found)]
    if found:
        assert "value_truncated" in codes(reading)


@settings(deadline=None)
@given(labels, st.booleans(), st.integers(10, 120), st.sampled_from([None, '"', "'"]))
def test_front_matter_by_a_yaml_library_reads_as_it_was_meant(label, sort, width, style):
    fields = json.loads(aigc.write(label))
    document = yaml.safe_dump(
        {"title": "x", "AIGC": fields}, sort_keys=sort, width=width, default_style=style
    )
    (reading,) = aigc.find(f"---\n{document}---\n\nbody\n")
    assert reading.fields() == tuple(fields.values())
    assert not codes(reading) - {"field_not_string"}


@settings(deadline=None)
@given(labels, st.integers(1, 2))
def test_encoded_again_as_a_string(label, times):
    text = plain_text = aigc.write(label)
    for _ in range(times):
        text = json.dumps(text)
    reading = aigc.read(text, "x")
    assert reading.fields() == tuple(json.loads(plain_text).values())
    assert "double_encoded" in codes(reading)


@settings(deadline=None)
@given(labels)
def test_a_printed_dictionary(label):
    fields = json.loads(aigc.write(label))
    assert aigc.read(repr(fields), "x").fields() == tuple(fields.values())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings(encoding):
    text = aigc.write(Label(CODE, "id-1"))
    reading = aigc.read(text.encode(encoding), "x")
    assert reading.produce_id == "id-1"
    assert codes(reading) <= {"encoding_not_utf8", "stray_bytes"}


def test_a_label_deep_in_a_binary_is_found():
    noise = random.Random(5).randbytes(300_000)
    text = aigc.write(Label(CODE, "id-1")).encode()
    (reading,) = aigc.find(noise + text + noise)
    assert reading.produce_id == "id-1"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1", "1"),
        (" 2 ", "2"),
        ("AIGC", "1"),
        ("LabelType.GENERATED", "1"),
        ("<Label.SUSPECTED: 3>", "3"),
        ("7", None),
        ("", None),
        (None, None),
    ],
)
def test_what_an_odd_label_claims(written, meant):
    from colophon.labels.tolerant import fields

    assert fields.claim(written) == meant


def test_a_carriers_own_finding_joins_the_reading():
    from colophon.labels import deviations

    reading = aigc.read('{"Label":1}', "x").also(deviations.of("place_annex_b"))
    assert [d.code for d in reading.deviations][:2] == ["place_annex_b", "label_not_string"]


# Several in a file.


def test_layer_of_one():
    layer = aigc.layer([aigc.read(aigc.write(Label(CODE, "id-1")), "png:iTXt")])
    assert (layer.present, layer.count, layer.place, layer.label) == (True, 1, "png:iTXt", "1")
    assert layer.producer.uscc == CODE[4:22]
    assert layer.security.kind == "none"
    assert layer.deviations == ()


def test_layer_of_two_that_agree_and_two_that_do_not():
    one = aigc.read(aigc.write(Label(CODE, "id-1")), "png:iTXt")
    two = aigc.read(aigc.write(Label(CODE, "id-2")), "png:tEXt")
    assert {d.code for d in aigc.layer([one, one]).deviations} == {"stacked_labels"}
    both = aigc.layer([one, two])
    assert (both.count, both.produce_id) == (2, "id-1")
    assert {d.code for d in both.deviations} == {"stacked_labels", "label_conflict"}


def test_layer_of_none():
    assert aigc.layer([]).present is False
    odd = aigc.layer([aigc.read("nonsense", "x")])
    assert (odd.present, [d.code for d in odd.deviations]) == (False, ["not_json"])


# Hostile bytes.


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(data):
    aigc.layer([aigc.read(data, "x"), *aigc.find(data)])


PARTS = [
    *NAMES,
    "AIGC",
    *("\\u0022", "&quot;", "%22", "%7B", "\\", '\\"', "\\\\", '"', "'", "`", "{", "}", "[", "]"),
    *(":", "：", ",", "=", "\n", "\r\n", "  ", "---\n", "#", "<!--", "-->", "|", ">-", "1", "x"),
    *("\x00", "\ufeff", "中", "<meta ", "<TC260:AIGC>", "null", "0011"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=40))
def test_no_shuffle_of_the_grammar_raises(parts):
    text = "".join(parts)
    for data in (text, text.encode(), text.encode("utf-16-le")):
        aigc.layer([aigc.read(data, "x"), *aigc.find(data)])


def test_no_mutation_of_a_vector_raises():
    dice = random.Random(20250901)
    for file in selftest.cases():
        vector = file.read_bytes()
        for _ in range(20):
            data = bytearray(vector)
            for _ in range(dice.randint(1, 8)):
                at = dice.randrange(len(data))
                data[at : at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
            aigc.layer([aigc.read(bytes(data), "x"), *aigc.find(bytes(data))])


HEAVY = [
    b"ProduceID: 1\n",
    b'{"ProduceID":',
    b'{\\"ProduceID\\":\\"1',
    b"AIGC:::::::::",
    b"---\nAIGC:\n Label: 1\n ProduceID: 2\n---\n",
    b'{"ProduceID":"' + b"a" * 5000,
    b'{"ProduceID":"b"x\n',
    b'{"ProduceID":"b"' + b' "c":"d"' * 63 + b"}\n",
]


@pytest.mark.parametrize("part", HEAVY, ids=lambda part: ascii(part[:20]))
def test_sixteen_mebibytes_of_anything_take_bounded_time(part):
    data = part * (16 * 1024 * 1024 // len(part))
    start = time.process_time()
    aigc.find(data)
    aigc.read(data, "x")
    assert time.process_time() - start < 10


@pytest.mark.parametrize("run", ["-", "--- ", "</a", "*/-", " ", "\n"])
def test_what_follows_a_label_is_read_once(run):
    words = json.dumps({"AIGC": {"Label": "1", "ContentProducer": "x", "ProduceID": "p"}})
    text = f"{words}{run * (2**20 // len(run))}!"
    start = time.process_time()
    found = aigc.find(text.encode())
    assert [one.produce_id for one in found] == ["p"]
    assert time.process_time() - start < 2


@pytest.mark.parametrize("run", [" ", "-"])
def test_a_long_line_of_yaml_is_read_once(run):
    text = f"---\nAIGC:\n  Label: '1'\n  ContentProducer: x{run * 100_000}y\n  ProduceID: p\n---\n"
    start = time.process_time()
    aigc.find(text.encode())
    assert time.process_time() - start < 2
