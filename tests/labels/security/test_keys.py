"""Keys on disk: private ones readable by their owner alone, in the form that OpenSSL uses."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import SigningKeyUnusable, TargetExists, TargetUnwritable
from colophon.labels.security_data import Sm2Key, certificate, public_key
from tests.labels.security import openssl


def test_a_key_comes_back_and_is_not_shown(tmp_path):
    key = Sm2Key.generate()
    key.save(tmp_path / "k.pem")
    assert Sm2Key.load(tmp_path / "k.pem") == key
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert str(key.secret) not in repr(key)
    assert Sm2Key.generate() != key


def test_a_key_is_never_replaced(tmp_path):
    Sm2Key.generate().save(tmp_path / "k.pem")
    before = (tmp_path / "k.pem").read_bytes()
    with pytest.raises(TargetExists):
        Sm2Key.generate().save(tmp_path / "k.pem")
    assert (tmp_path / "k.pem").read_bytes() == before
    with pytest.raises(TargetUnwritable):
        Sm2Key.generate().save(tmp_path / "none" / "k.pem")


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END"])
def test_what_is_no_key_is_refused(tmp_path, text):
    (tmp_path / "k.pem").write_text(text)
    with pytest.raises(SigningKeyUnusable):
        Sm2Key.load(tmp_path / "k.pem")
    with pytest.raises(SigningKeyUnusable):
        Sm2Key.load(tmp_path / "missing.pem")


@pytest.mark.needs("openssl")
def test_openssl_reads_our_key_and_we_read_its_other_form(tmp_path):
    key = Sm2Key.generate()
    key.save(tmp_path / "k.pem")
    assert openssl.public_pem(tmp_path / "k.pem") == key.public.pem
    openssl.run("ec", "-in", tmp_path / "k.pem", "-out", tmp_path / "sec1.pem")
    assert b"BEGIN PRIVATE KEY" not in (tmp_path / "sec1.pem").read_bytes()
    assert Sm2Key.load(tmp_path / "sec1.pem") == key


@pytest.mark.needs("openssl")
def test_another_curves_key_is_refused(tmp_path):
    path = tmp_path / "k.pem"
    openssl.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    with pytest.raises(SigningKeyUnusable):
        Sm2Key.load(path)


@given(st.text(max_size=200) | st.binary(max_size=200).map(bytes.hex))
def test_any_text_is_a_key_or_not(text):
    key = public_key(text)
    assert key is None or key.info
    assert certificate.of_text(text) is None
