"""What the reserved codes hold is named, never guessed at."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.labels import security_data

SIGNED = {"SecurityData": {"Type": "TC260PG", "PubSD": [{"Type": "DS", "Signature": "3006"}]}}


@pytest.mark.parametrize(
    ("codes", "kind", "signature"),
    [
        ((), "none", "none"),
        ((None, "  "), "none", "none"),
        (("q83vEjRWeJA=",), "opaque", "none"),
        (("", "deadbeef"), "opaque", "none"),
        (('{"Type":"TC260PG"}',), "opaque", "none"),
        ((json.dumps(SIGNED),), "securitydata", "unsupported"),
        ((json.dumps(json.dumps(SIGNED)),), "securitydata", "unsupported"),
        ((json.dumps(SIGNED).replace('"', '\\"'),), "securitydata", "unsupported"),
        (('{"SecurityData":{}}',), "securitydata", "none"),
        (('{"SecurityData":{"PubSD":[7]}}',), "securitydata", "none"),
    ],
)
def test_kinds(codes, kind, signature):
    found = security_data.judge(*codes[:2])
    assert (found.kind, found.signature, found.form) == (kind, signature, None)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_some_kind(text):
    assert security_data.judge(text).kind in {"none", "securitydata", "opaque"}


def test_deep_or_endless_texts_are_opaque():
    assert security_data.judge("[" * 60_000).kind == "opaque"
    assert security_data.judge(" " + json.dumps(SIGNED) + " " * 70_000).kind == "opaque"
