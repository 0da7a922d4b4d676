"""Our SM2 against the standard's own example, against OpenSSL, and against itself."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.labels.security_data import der, sm2, sm3
from colophon.labels.security_data.keys import Sm2Key, of_point, public_key
from tests.labels.security import openssl

# GB/T 32918.5-2017 Annex A: the key and its signature over "message digest".
SECRET = 0x3945208F_7B2144B1_3F36E38A_C6D39F95_88939369_2860B51A_42FB81EF_4DF7C5B8
PUBLIC = (
    0x09F9DF31_1E5421A1_50DD7D16_1E4BC5C6_72179FAD_1833FC07_6BB08FF3_56F35020,
    0xCCEA490C_E26775A5_2DC6EA71_8CC1AA60_0AED05FB_F35E084A_6632F607_2DA9AD13,
)
MESSAGE = b"message digest"
DIGEST = 0xF0B43E94_BA45ACCA_ACE692ED_534382EB_17E6AB5A_19CE7B31_F4486FDF_C0D28640
SIGNATURE = (
    0xF5A03B06_48D2C463_0EEAC513_E1BB81A1_5944DA38_27D5B741_43AC7EAC_EEE720B3,
    0xB1B6AA29_DF212FD8_763182BC_0D421CA1_BB9038FD_1F7F42D4_840B69C4_85BBC1AA,
)
secrets = st.integers(1, sm2.N - 2)


def test_sm3_hashes_the_example_of_its_standard():
    # GB/T 32905-2016 Annex A.1
    digest = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3.digest(b"a", b"bc").hex() == digest


def test_the_example_of_the_standard():
    assert sm2.public_of(SECRET) == PUBLIC
    assert sm2.digest(PUBLIC, MESSAGE) == DIGEST
    assert sm2.verify(PUBLIC, DIGEST, SIGNATURE)


@settings(max_examples=25)
@given(secrets, st.binary(max_size=80), st.integers(0, 255))
def test_what_is_signed_verifies_and_nothing_else(secret, message, bit):
    public = sm2.public_of(secret)
    number = sm2.digest(public, message)
    r, s = sm2.sign(secret, number)
    assert sm2.on_curve(public)
    assert sm2.verify(public, number, (r, s))
    assert sm2.sign(secret, number) == (r, s)
    for wrong in ((r ^ 1 << bit, s), (r, s ^ 1 << bit), (0, s), (r, 0), (r + sm2.N, s)):
        assert not sm2.verify(public, number, wrong)
    assert not sm2.verify(public, number ^ 1 << bit, (r, s))


def test_a_nonce_serves_one_message_only():
    found = {sm2.sign(SECRET, number)[0] - number for number in range(20)}
    assert len(found) == 20


@pytest.mark.parametrize("secret", [1, 2, sm2.N - 2, sm2.N - 3, 1 << 255])
def test_secrets_at_the_edges(secret):
    public = sm2.public_of(secret)
    assert sm2.verify(public, 7, sm2.sign(secret, 7))


def test_no_signature_rests_on_the_point_at_infinity():
    # With this key and r = s = 1, s·G + (r + s)·P is nothing, whose x some would take for 0.
    public = sm2.public_of(sm2.N - pow(2, -1, sm2.N))
    assert not sm2.verify(public, 1, (1, 1))


@given(secrets)
@settings(max_examples=10)
def test_a_compressed_key_is_the_same_key(secret):
    key = of_point(sm2.public_of(secret))
    assert public_key(key.short) == key


@pytest.mark.parametrize("x", [5, sm2.P, sm2.P + 3])
def test_what_is_no_point_is_no_key(x):
    found = [sm2.with_parity(x, odd=odd) for odd in (False, True)]
    assert found == [None, None] or all(point and sm2.on_curve(point) for point in found)
    assert not sm2.on_curve((x, x))


def test_it_is_quick_enough():
    key = Sm2Key(SECRET)
    key.signature(b"the tables are made")
    started = time.process_time()
    made = [key.signature(bytes((n,))) for n in range(20)]
    signing = time.process_time() - started
    started = time.process_time()
    for n, one in enumerate(made):
        assert key.public.verifies("1.2.156.10197.1.501", bytes((n,)), one) == "plain"
    verifying = time.process_time() - started
    # 5 and 15 ms each; a busy machine is given four times that.
    assert signing < 20 * 0.005 * 4
    assert verifying < 20 * 0.015 * 4


@pytest.mark.needs("openssl")
def test_openssl_verifies_ours_and_we_verify_its(tmp_path):
    key = Sm2Key.load(openssl.key(tmp_path / "k.pem"))
    for message in (b"", MESSAGE, bytes(1000)):
        ours = key.signature(message)
        assert openssl.verifies(key.public.pem, message, ours, tmp_path)
        assert not openssl.verifies(key.public.pem, message + b"!", ours, tmp_path)
        theirs = openssl.signature(tmp_path / "k.pem", message)
        assert key.public.verifies("1.2.156.10197.1.501", message, theirs) == "plain"
        assert key.public.verifies("1.2.156.10197.1.501", message + b"!", theirs) is None
    assert public_key(openssl.public_pem(tmp_path / "k.pem")) == key.public


@given(st.binary(max_size=90))
def test_any_bytes_are_read_as_a_pair_or_not(data):
    found = der.pair(data, sm2.SIZE)
    assert found is None or len(found) == 2


@given(st.integers(0, 1 << 260), st.integers(0, 1 << 260))
def test_a_pair_comes_back(r, s):
    assert der.pair(der.signature(r, s), sm2.SIZE) == (r, s)
