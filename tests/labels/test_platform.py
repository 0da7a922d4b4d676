"""What a platform does with others' files (Measures Art. 6), and what keys say of labels."""

from __future__ import annotations

import pytest

from colophon.labels import Label, apply, inspect
from colophon.labels.security_data import EMPTY, Pin, Sm2Key
from tests.labels import made
from tests.labels.test_roads import media, signer  # noqa: F401

PRODUCER = Label(made.PRODUCER, "made-1")
PLATFORM = Label(made.OTHER_PRODUCER, "spread-1", label="2")
KEY, PLATFORM_KEY = Sm2Key.generate(), Sm2Key.generate()
TRUST = EMPTY.also(
    Pin("producer", KEY.public, (made.PRODUCER,)),
    Pin("platform", PLATFORM_KEY.public, (made.OTHER_PRODUCER,)),
)
FORMATS = [".png", ".jpg", ".wav", ".mp4", ".pdf", ".md", ".html", ".txt"]


def produced(made_by, suffix, **more):
    return apply(made_by(suffix), label=PRODUCER, kind="image", action="edited", **more).data


def spread(data, suffix, **more):
    return apply(data, name=f"a{suffix}", label=PLATFORM, **more).data


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_platforms_edit_of_a_signed_file_stays_trusted(suffix, media, signer) -> None:  # noqa: F811
    signed = produced(media, suffix, credential=signer, text_manifest=True)
    data = spread(signed, suffix, credential=signer, text_manifest=True)
    found = inspect(data, name=f"a{suffix}", anchors=[signer.root])
    manifest, label = found.layers.credential, found.layers.aigc
    assert (manifest.valid, manifest.trusted, manifest.aigc_matches) == (True, True, True)
    assert len(manifest.ingredients) == 1
    assert (label.content_producer, label.propagate_id) == (made.PRODUCER, "spread-1")
    assert (found.verdict, found.integrity) == ("labelled", "intact")


def test_a_platform_signs_nothing_it_knows_nothing_of(media, signer) -> None:  # noqa: F811
    found = inspect(spread(media(".png").read_bytes(), ".png", credential=signer), name="a.png")
    assert found.layers.credential.present is False
    assert found.notice == "may_be"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_signed_label_is_known_by_its_key(suffix, media) -> None:  # noqa: F811
    data = produced(media, suffix, label_key=KEY)
    known = inspect(data, name=f"a{suffix}", trust=TRUST)
    security = known.layers.aigc.security
    assert (security.signature, security.signer, security.binding) == (
        "valid",
        "producer",
        "intact",
    )
    assert known.integrity == "intact"
    stranger = inspect(data, name=f"a{suffix}").layers.aigc.security
    assert stranger.signature == "unknown_signer"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".wav", ".md"])
def test_a_label_moved_to_other_content_is_noticed(suffix, media) -> None:  # noqa: F811
    label = inspect(produced(media, suffix, label_key=KEY), name=f"a{suffix}").layers.aigc
    forged = Label(
        label.content_producer,
        label.produce_id,
        reserved_code1=label.reserved_code1,
        content_propagator=label.content_propagator,
        propagate_id=label.propagate_id,
        reserved_code2=label.reserved_code2,
    )
    other = {".png": lambda: made.picture("PNG", (64, 48)), ".jpg": lambda: made.picture("JPEG", (64, 48)),
             ".wav": lambda: made.sound(0.5), ".md": lambda: b"# Other words\n"}[suffix]()  # fmt: skip
    moved = apply(other, name=f"a{suffix}", label=forged, kind="image", action="edited").data
    found = inspect(moved, name=f"a{suffix}", trust=TRUST)
    assert found.layers.aigc.security.binding == "altered"
    assert found.integrity == "altered"


def test_a_changed_number_breaks_the_signature(media) -> None:  # noqa: F811
    data = produced(media, ".png", label_key=KEY)
    label = inspect(data, name="a.png").layers.aigc
    other = Label(label.content_producer, "other-1", reserved_code1=label.reserved_code1)
    changed = apply(media(".png"), label=other, kind="image", action="edited").data
    found = inspect(changed, name="a.png", trust=TRUST)
    assert found.layers.aigc.security.signature == "invalid"
    assert found.integrity == "altered"


def test_another_producers_key_forges(media) -> None:  # noqa: F811
    data = produced(media, ".png", label_key=PLATFORM_KEY)
    assert inspect(data, name="a.png", trust=TRUST).integrity == "forged"


def test_a_platform_adds_its_own_code_beside_the_producers(media) -> None:  # noqa: F811
    data = spread(produced(media, ".jpg", label_key=KEY), ".jpg", label_key=PLATFORM_KEY)
    found = inspect(data, name="a.jpg", trust=TRUST)
    label = found.layers.aigc
    assert "SecurityData" in label.reserved_code1
    assert "SecurityData" in label.reserved_code2
    assert (label.security.signature, label.security.signer) == ("valid", "producer")
    assert found.integrity == "intact"


def test_what_holds_no_manifest_gets_one_beside_it(media, signer, tmp_path) -> None:  # noqa: F811
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("a,b\n1,2\n")
    given = {"label": PRODUCER, "kind": "image", "action": "edited", "credential": signer}
    without = apply(source, tmp_path / "c.csv", **given)
    assert [note.code for note in without.notes] == ["manifest_not_embeddable"]
    applied = apply(source, target, **given, manifest_beside=True)
    assert applied.manifest == str(tmp_path / "b.csv.c2pa")
    found = inspect(target, anchors=[signer.root])
    assert found.layers.credential.trusted is True
    target.write_text(target.read_text().replace("1,2", "1,3"))
    assert inspect(target, anchors=[signer.root]).integrity == "altered"


def test_the_manifest_of_another_tool_beside_a_file_is_read(media, signer, tmp_path) -> None:  # noqa: F811
    target = tmp_path / "b.csv"
    target.write_text("a,b\n")
    given = {"label": PRODUCER, "kind": "image", "action": "edited", "credential": signer}
    made_ = apply(target.read_bytes(), name="b.csv", **given, manifest_beside=True)
    target.write_bytes(made_.data)
    (tmp_path / "b.c2pa").write_bytes(made_.manifest_data)
    assert inspect(target).layers.credential.valid is True
