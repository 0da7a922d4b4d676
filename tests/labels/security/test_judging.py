"""What security data prove, to whom, and that no text whatever makes the judge raise."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.errors import LabelFieldInvalid, MalformedFile
from colophon.labels import aigc, security_data
from colophon.labels.model import Label
from colophon.labels.security_data import (
    Claims,
    Pin,
    Sm2Key,
    TrustStore,
    judge,
    look,
    public_key,
    sign,
    signed,
)
from colophon.labels.security_data.certificate import of_text
from colophon.labels.tolerant import fields
from tests.labels.made import OTHER_PRODUCER, PRODUCER
from tests.labels.security import openssl

KEY, OTHER = Sm2Key(20251121), Sm2Key(20260901)
LABEL = Label(PRODUCER, "p-2025-0001")
CLAIMS = Claims("1", PRODUCER, "p-2025-0001", PRODUCER, "p-2025-0001")
OURS = TrustStore((Pin("us", KEY.public, (PRODUCER,)),))
DIGEST = "5d" * 32


def codes(label: Label = LABEL, key: Sm2Key = KEY, **more: object) -> str:
    return sign(label, key, **more)  # type: ignore[arg-type]


def told(found: security_data.Looked) -> set[str]:
    return {deviation.code for deviation in found.deviations}


def test_a_pinned_key_is_valid_under_its_name():
    found = look(codes(), fields=CLAIMS, trust=OURS)
    assert (found.security.signature, found.security.signer) == ("valid", "us")
    assert found.security.key == KEY.public.fingerprint
    assert not found.deviations


def test_an_unknown_key_proves_no_name():
    found = look(codes(), fields=CLAIMS)
    assert (found.security.signature, found.security.signer) == ("unknown_signer", None)
    assert not found.deviations


@pytest.mark.parametrize("name", ["label", "producer", "produce_id"])
def test_a_changed_field_is_noticed(name):
    found = look(codes(), fields=replace(CLAIMS, **{name: "2"}), trust=OURS)
    assert found.security.signature == "invalid"
    assert told(found) == {"security_signature_invalid"}


def test_a_key_of_another_provider_is_noticed():
    trust = TrustStore((Pin("them", KEY.public, (OTHER_PRODUCER,)),))
    found = look(codes(), fields=CLAIMS, trust=trust)
    assert found.security.signature == "invalid"
    assert told(found) == {"security_wrong_producer"}


def test_a_key_pinned_for_an_organisation_speaks_for_all_its_models():
    trust = TrustStore((Pin("them", KEY.public, (PRODUCER[4:22],)),))
    assert judge(codes(), fields=CLAIMS, trust=trust).signature == "valid"


def test_a_key_may_be_pinned_for_several():
    pins = (Pin("them", KEY.public, (OTHER_PRODUCER,)), Pin("us", KEY.public, (PRODUCER,)))
    assert judge(codes(), fields=CLAIMS, trust=TrustStore(pins)).signer == "us"


class TestBinding:
    CODE = codes(digest=DIGEST)

    def test_the_same_content(self):
        found = look(self.CODE, fields=CLAIMS, trust=OURS, content={"payload": DIGEST}.__getitem__)
        assert (found.security.signature, found.security.binding) == ("valid", "intact")

    def test_another_content(self):
        found = look(self.CODE, fields=CLAIMS, trust=OURS, content=lambda _: "00" * 32)
        assert (found.security.signature, found.security.binding) == ("valid", "altered")
        assert told(found) == {"security_content_altered"}

    def test_a_swapped_digest_is_noticed(self):
        swapped = self.CODE.replace(DIGEST, "00" * 32)
        found = look(swapped, fields=CLAIMS, trust=OURS, content=lambda _: "00" * 32)
        assert (found.security.signature, found.security.binding) == ("invalid", "unsupported")

    def test_the_second_code_alone_is_the_first_over_again(self):
        found = judge("", self.CODE, fields=CLAIMS, trust=OURS, content=lambda _: DIGEST)
        assert (found.signature, found.binding) == ("valid", "intact")

    def test_a_swapped_method_is_noticed(self):
        swapped = self.CODE.replace('"payload"', '"file"')
        assert judge(swapped, fields=CLAIMS, content=lambda _: DIGEST).signature == "invalid"

    def test_a_digest_that_another_key_signed_binds_nothing(self):
        body, other = json.loads(self.CODE), json.loads(codes(key=OTHER, digest="00" * 32))
        body["SecurityData"]["Bindings"] = other["SecurityData"]["Bindings"]
        body["SecurityData"]["PubSD"][1] = other["SecurityData"]["PubSD"][1]
        body["SecurityData"]["PubSD"].append(other["SecurityData"]["PubSD"][2])
        found = judge(json.dumps(body), fields=CLAIMS, trust=OURS, content=lambda _: "00" * 32)
        assert (found.signature, found.binding) == ("invalid", "unsupported")

    def test_a_content_that_cannot_be_taken(self):
        def broken(method: str) -> str:
            raise MalformedFile(detail=method)

        assert judge(self.CODE, fields=CLAIMS, content=broken).binding == "unsupported"
        assert judge(self.CODE, fields=CLAIMS).binding == "unsupported"
        assert judge(codes(), fields=CLAIMS).binding == "none"


class TestPropagator:
    """A platform keeps the producer's code and signs beside it."""

    KEPT = Label(
        PRODUCER,
        "p-2025-0001",
        content_propagator=OTHER_PRODUCER,
        propagate_id="q-7",
    )
    FIELDS = replace(CLAIMS, propagator=OTHER_PRODUCER, propagate_id="q-7")
    BOTH = TrustStore((*OURS.pins, Pin("platform", OTHER.public, (OTHER_PRODUCER,))))

    def second(self, **more: object) -> str:
        return codes(self.KEPT, OTHER, propagator=True, **more)

    def test_alone(self):
        found = judge("", self.second(), fields=self.FIELDS, trust=self.BOTH)
        assert (found.signature, found.signer) == ("valid", "platform")
        changed = replace(self.FIELDS, propagate_id="q-8")
        assert judge("", self.second(), fields=changed, trust=self.BOTH).signature == "invalid"

    def test_beside_an_opaque_code(self):
        found = judge("q83vEjRWeJA=", self.second(), fields=self.FIELDS, trust=self.BOTH)
        assert (found.kind, found.signer) == ("securitydata", "platform")

    def test_beside_the_producers(self):
        found = judge(codes(), self.second(), fields=self.FIELDS, trust=self.BOTH)
        assert (found.signature, found.signer) == ("valid", "us")
        changed = replace(self.FIELDS, propagate_id="q-8")
        assert judge(codes(), self.second(), fields=changed, trust=self.BOTH).signature == "invalid"

    def test_who_bound_the_content_last_has_the_last_word(self):
        first, second = codes(digest="00" * 32), self.second(digest=DIGEST)
        found = look(first, second, fields=self.FIELDS, trust=self.BOTH, content=lambda _: DIGEST)
        assert found.security.binding == "intact"
        assert not found.deviations
        found = look(first, second, fields=self.FIELDS, trust=OURS, content=lambda _: DIGEST)
        assert found.security.binding == "altered"

    def test_the_second_signature_holds_the_first_fields_too(self):
        second = self.second(digest=DIGEST)
        stolen = replace(self.FIELDS, produce_id="p-2025-0002")
        assert judge("", second, fields=stolen, trust=self.BOTH).signature == "invalid"


def by_others(kind: str) -> tuple[str, str]:
    """A label signed with RSA or ECDSA by another program, and the public key in PEM."""
    message = CLAIMS.message().encode()
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if kind == "rsa":
        private = rsa.generate_private_key(65537, 2048)
        algorithm, signature = (
            "1.2.840.113549.1.1.11",
            private.sign(message, padding.PKCS1v15(), hashes.SHA256()),
        )
    else:
        private = ec.generate_private_key(ec.SECP256R1())
        algorithm, signature = (
            "1.2.840.10045.4.3.2",
            private.sign(message, ec.ECDSA(hashes.SHA256())),
        )
    encoding = serialization.Encoding.PEM
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = private.public_key().public_bytes(encoding, shape).decode()
    entries = [
        {"Type": "DS", "AlgID": algorithm, "Signature": base64.b64encode(signature).decode()},
        {"Type": "PubKey", "AlgID": algorithm, "KeyValue": pem},
    ]
    return json.dumps({"SecurityData": {"PubSD": entries}}), pem


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_algorithms_are_verified_too(kind):
    text, pem = by_others(kind)
    key = public_key(pem)
    assert key is not None
    trust = TrustStore((Pin("them", key, (PRODUCER,)),))
    assert judge(text, fields=CLAIMS, trust=trust).signer == "them"
    assert judge(text, fields=replace(CLAIMS, produce_id="x"), trust=trust).signature == "invalid"
    swapped = text.replace("1.2.840.1", "1.2.156.10197.1.501 1.2.840.1", 1)
    assert judge(swapped, fields=CLAIMS, trust=trust).signature == "unsupported"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    openssl.certificate(folder, "root", None, authority=True)
    openssl.certificate(folder, "middle", "root", authority=True)
    openssl.certificate(folder, "leaf", "middle", authority=False)
    openssl.certificate(folder, "stray", None, authority=True)
    openssl.certificate(folder, "below", "leaf", authority=False)
    return folder


@pytest.mark.needs("openssl")
class TestCertificates:
    def found(self, folder, name, chain, roots, days=0):
        texts = [(folder / f"{one}.crt").read_text() for one in (name, *chain)]
        key = Sm2Key.load(folder / f"{name}.pem")
        body = json.loads(codes(key=key))
        body["SecurityData"]["PubSD"][1:] = [{"Type": "Cert", "CertValue": t} for t in texts]
        pins = []
        for root in roots:
            anchor = of_text((folder / f"{root}.crt").read_text())
            assert anchor is not None
            pins.append(Pin(root, anchor.key, authority=anchor))
        moment = datetime.now(UTC) + timedelta(days=days)
        text = json.dumps(body)
        return judge(text, fields=CLAIMS, trust=TrustStore(tuple(pins)), moment=moment)

    def test_a_chain_to_a_pinned_authority_is_trusted(self, folder):
        found = self.found(folder, "leaf", ["middle"], ["root"])
        assert (found.signature, found.signer) == ("valid", "leaf")

    def test_without_the_authority_between(self, folder):
        assert self.found(folder, "leaf", [], ["root"]).signature == "unknown_signer"
        assert self.found(folder, "leaf", [], ["middle"]).signature == "valid"

    def test_another_authority(self, folder):
        assert self.found(folder, "leaf", ["middle"], ["stray"]).signature == "unknown_signer"
        assert self.found(folder, "leaf", ["middle"], []).signature == "unknown_signer"

    @pytest.mark.parametrize("days", [-2, 40])
    def test_out_of_its_time(self, folder, days):
        found = self.found(folder, "leaf", ["middle"], ["root"], days)
        assert found.signature == "unknown_signer"

    def test_who_is_no_authority_makes_none(self, folder):
        assert self.found(folder, "below", ["leaf", "middle"], ["root"]).signature != "valid"


def test_the_text_fits_the_label_and_two_kibibytes():
    number = "0d2c57aa-c986-4dd2-aa34-2453efd24dcc"
    code = sign(replace(LABEL, produce_id=number), KEY, digest=DIGEST)
    assert not fields.disallowed("ReservedCode1", code)
    written = aigc.write(replace(LABEL, produce_id=number, reserved_code1=code))
    assert len(written) <= 2048
    reading = aigc.read(written, "riff:AIGC")
    assert not reading.deviations
    found = aigc.layer([reading], trust=OURS, content=lambda _: DIGEST)
    assert found.security is not None
    assert (found.security.signature, found.security.binding) == ("valid", "intact")
    assert not found.deviations


def test_our_code_goes_into_the_field_that_is_ours():
    ours = signed(LABEL, KEY)
    assert ours.reserved_code1 == ours.reserved_code2 == codes()
    assert signed(ours, OTHER) == ours
    kept = signed(replace(TestPropagator.KEPT, reserved_code1="theirs"), OTHER)
    assert kept.reserved_code1 == "theirs"
    found = judge("theirs", kept.reserved_code2, fields=TestPropagator.FIELDS)
    assert (found.signature, found.key) == ("unknown_signer", OTHER.public.fingerprint)
    platform = Label("", "", "2", content_propagator=OTHER_PRODUCER, propagate_id="q-7")
    claims = Claims("2", "", "", OTHER_PRODUCER, "q-7")
    trust = TrustStore().also(Pin("platform", OTHER.public, (OTHER_PRODUCER,)))
    second = signed(platform, OTHER).reserved_code2
    assert judge("", second, fields=claims, trust=trust).signer == "platform"


def test_a_field_that_could_be_read_in_two_ways_is_not_signed():
    with pytest.raises(LabelFieldInvalid):
        sign(replace(LABEL, produce_id='p","x":"y'), KEY)


def test_signing_twice_gives_the_same_text():
    assert codes(digest=DIGEST) == codes(digest=DIGEST)


@pytest.mark.needs("openssl")
def test_openssl_verifies_the_label(tmp_path):
    entries = json.loads(codes())["SecurityData"]["PubSD"]
    message = f'"Label":"1","ContentProducer":"{PRODUCER}","ProduceID":"p-2025-0001"'
    signature = bytes.fromhex(entries[0]["Signature"])
    assert openssl.verifies(KEY.public.pem, message.encode(), signature, tmp_path)


words = st.sampled_from(
    ["SecurityData", "PubSD", "Type", "DS", "PubKey", "Cert", "KeyValue", "Signature", "AlgID",
     "TBSData", "Md", "MdBindings", "Bindings", "Content", "Digest", "1.2.156.10197.1.501",
     "1.2.840.113549.1.1.11", KEY.public.short, "3006020101020101", "30" * 40]
)  # fmt: skip
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | words | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=60)
@given(trees, trees, st.text(max_size=9))
def test_no_text_makes_the_judge_raise(one, other, value):
    first = json.dumps({"SecurityData": {"PubSD": one, "Bindings": other}})
    claims = Claims(value, value, value, value, value)
    found = judge(first, json.dumps(other), fields=claims, trust=OURS, content=lambda _: value)
    assert found.kind in {"securitydata", "opaque", "none"}
    assert found.signature != "valid"


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.characters(codec="utf-8"))
def test_no_change_of_a_character_makes_a_signature_fit_another_label(at, character):
    text = codes(digest=DIGEST)
    at %= len(text)
    changed = text[:at] + character + text[at + 1 :]
    other = replace(CLAIMS, produce_id="p-2025-0002")
    assert judge(changed, fields=other, trust=OURS).signature != "valid"


def test_many_entries_cost_little():
    body = json.loads(codes())
    entries = body["SecurityData"]["PubSD"]
    body["SecurityData"]["PubSD"] = [entries[0], *(
        {"Type": "PubKey", "KeyValue": Sm2Key(n).public.short} for n in range(1, 60)
    )]  # fmt: skip
    found = judge(json.dumps(body), fields=CLAIMS)
    assert found.signature == "invalid"
