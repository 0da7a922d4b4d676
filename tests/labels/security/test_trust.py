"""The folder of pinned keys: what it may hold, whom each speaks for, and what is refused."""

from __future__ import annotations

import base64
import json

import pytest

from colophon.errors import FileMissing, MalformedFile, TooLarge
from colophon.labels.security_data import Sm2Key, TrustStore
from tests.labels.made import OTHER_PRODUCER, PRODUCER
from tests.labels.security import openssl

KEY = Sm2Key(20251121)


def test_a_folder_of_keys_in_many_forms(tmp_path):
    point = KEY.public.info[-64:]
    forms = {
        "a.pem": KEY.public.pem,
        "b.hex": KEY.public.info.hex(),
        "c.txt": base64.b64encode(KEY.public.info).decode() + "\n",
        "d.pub": "04" + point.hex().upper(),
        "e.hex": point.hex(),
        f"{PRODUCER}.hex": KEY.public.short,
        f"{PRODUCER[4:22]}.hex": KEY.public.short,
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "f.der").write_bytes(KEY.public.info)
    (tmp_path / "README").write_text("not looked at")
    store = TrustStore.load(tmp_path)
    assert {pin.key for pin in store.pins} == {KEY.public}
    codes = {pin.name: pin.codes for pin in store.pins}
    assert codes["a"] == ()
    assert codes[PRODUCER] == (PRODUCER,)
    assert codes[PRODUCER[4:22]] == (PRODUCER[4:22],)
    assert len(codes) == len(forms) + 1


def test_an_index_gives_names_and_codes(tmp_path):
    (tmp_path / "k.pem").write_text(KEY.public.pem)
    entries = [
        {"name": "Example 公司", "file": "k.pem", "codes": [PRODUCER]},
        {"name": "Platform", "key": Sm2Key(5).public.short, "codes": [OTHER_PRODUCER]},
    ]
    (tmp_path / "trust.json").write_text(json.dumps(entries))
    store = TrustStore.load(tmp_path)
    assert [pin.name for pin in store.pins] == ["Example 公司", "Platform"]
    known = store.knows(KEY.public, PRODUCER)
    assert known is not None and known.may
    known = store.knows(KEY.public, OTHER_PRODUCER)
    assert known is not None and not known.may


def test_one_file_is_a_store_too(tmp_path):
    (tmp_path / "k.pem").write_text(KEY.public.pem)
    assert TrustStore.load(tmp_path / "k.pem").pins[0].name == "k"


def test_an_empty_folder_trusts_nobody(tmp_path):
    assert TrustStore.load(tmp_path).pins == ()


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("k.pem", "nonsense", MalformedFile),
        ("k.hex", "04" + "11" * 64, MalformedFile),
        ("k.pem", "A" * 70_000, TooLarge),
        ("trust.json", "{", MalformedFile),
        ("trust.json", "[7]", MalformedFile),
        ("trust.json", '[{"name":"x","key":"nonsense"}]', MalformedFile),
        ("trust.json", '[{"key":"nonsense"}]', MalformedFile),
        ("trust.json", '[{"name":"x","file":"../missing.pem"}]', FileMissing),
    ],
)
def test_what_is_refused(tmp_path, name, text, error):
    (tmp_path / name).write_text(text)
    with pytest.raises(error):
        TrustStore.load(tmp_path)


def test_a_private_key_is_no_pin(tmp_path):
    KEY.save(tmp_path / "k.pem")
    with pytest.raises(MalformedFile):
        TrustStore.load(tmp_path)


def test_a_missing_folder(tmp_path):
    with pytest.raises(FileMissing):
        TrustStore.load(tmp_path / "none")


@pytest.mark.needs("openssl")
def test_certificates_are_authorities_or_pins(tmp_path):
    pinned = tmp_path / "pinned"
    pinned.mkdir()
    openssl.certificate(tmp_path, "root", None, authority=True)
    leaf = openssl.certificate(tmp_path, "leaf", "root", authority=False)
    (pinned / "root.crt").write_bytes((tmp_path / "root.crt").read_bytes())
    (pinned / "leaf.pem").write_text(leaf)
    pins = {pin.name: pin for pin in TrustStore.load(pinned).pins}
    assert pins["root"].authority is not None
    assert pins["leaf"].authority is None
    assert pins["leaf"].key == Sm2Key.load(tmp_path / "leaf.pem").public
