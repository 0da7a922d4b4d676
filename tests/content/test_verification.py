"""The register's layer: the very file, its original, a changed copy, an unknown file."""

import io

import pytest
from django.db import transaction
from PIL import Image
from skimage import data

from colophon import labels
from colophon.content import known, recording, submission, verification
from colophon.content.models import Content
from colophon.labels import provider_code
from colophon.labels.fingerprint import files
from colophon.labels.model import Integrity, Label
from colophon.parties import operator
from colophon.provisions import catalogue
from colophon.store import blobs, clock

from .made import png_bytes

FIRST = "91000000ELAE00000"
FOREIGN = FIRST + provider_code.uscc_check_character(FIRST)

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(account, provider, run_jobs, png):
    content = submission.submit(
        io.BytesIO(png), "a.png", account=account, by="test", now=clock.now()
    )
    run_jobs()
    return Content.objects.get(pk=content.pk)


def look(data, name="a.png"):
    return verification.inspect_upload(io.BytesIO(data), name)


def test_the_released_bytes_are_known_exactly_and_intact(released):
    found = look(blobs.path(released.labelled_sha256).read_bytes())
    register = found.layers.register
    assert (register.known, register.match, register.distance) == (True, "exact", 0)
    assert register.content_id == str(released.id)
    assert found.integrity is Integrity.INTACT


def test_the_unlabelled_original_is_known_and_told_apart(released, png):
    found = look(png)
    assert found.layers.register.match == "exact"
    assert found.verdict == "unlabelled"
    assert verification.UNLABELLED_ORIGINAL in found.notes


def test_changed_bytes_under_a_known_number_are_not_called_intact(released):
    data = blobs.path(released.labelled_sha256).read_bytes()
    found = look(data + b"\0")
    assert found.layers.register.known and found.layers.register.match == "none"
    assert found.integrity is not Integrity.INTACT
    assert verification.SAME_NUMBER in found.notes


def test_an_unknown_file_is_not_known(released):
    found = look(png_bytes(colour=(1, 2, 3)))
    assert found.to_json()["layers"]["register"]["known"] is False


def test_a_file_of_another_producer_that_we_spread_is_not_called_altered(
    account, provider, run_jobs, png
):
    foreign = labels.apply(
        png, label=Label(provider_code.build(FOREIGN), "theirs-1"), name="a.png"
    ).data
    content = submission.submit(
        io.BytesIO(foreign), "a.png", account=account, by="test", now=clock.now()
    )
    run_jobs()
    ours = blobs.path(Content.objects.get(pk=content.pk).labelled_sha256).read_bytes()
    spread = look(ours + b"\0")
    assert spread.layers.aigc.produce_id == "theirs-1"
    assert spread.layers.register.content_id == str(content.id)
    changed = look(foreign + b"\0")
    assert not changed.layers.register.known and changed.integrity is not Integrity.ALTERED


def test_a_command_s_record_is_found_by_its_label(provider, png):
    code = operator.provider_code(provider)
    applied = labels.apply(png, label=Label(code, "mine-1"), name="a.png")
    with transaction.atomic():
        recorded = recording.record(applied, by="command", now=clock.now())
    assert look(applied.data).layers.register.match == "exact"
    assert look(applied.data + b"\0").layers.register.content_id == str(recorded.id)


@pytest.fixture
def photo():
    out = io.BytesIO()
    Image.fromarray(data.astronaut()[:384, :512]).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def marked(account, provider, run_jobs, photo):
    content = submission.submit(
        io.BytesIO(photo), "a.png", account=account, by="test", now=clock.now()
    )
    run_jobs()
    return Content.objects.get(pk=content.pk)


def pixels_of(content, form="JPEG"):
    out = io.BytesIO()
    with Image.open(blobs.path(content.labelled_sha256)) as image:
        image.convert("RGB").save(out, form, quality=70)
    return out.getvalue()


def test_a_picture_whose_labels_were_removed_is_known_by_its_watermark(marked):
    assert marked.watermark == marked.written["watermark"]["payload"]
    found = look(pixels_of(marked), "a.jpg")
    register = found.layers.register
    assert not found.layers.aigc.present
    assert (register.known, register.match) == (True, "watermark")
    assert register.content_id == str(marked.id)
    assert found.integrity is Integrity.REMOVED
    assert found.verdict == "suspected"
    assert verification.LABEL_REMOVED in found.notes


def test_a_known_watermark_under_a_foreign_label_is_told(marked):
    other = labels.apply(
        pixels_of(marked),
        label=Label(provider_code.build(FOREIGN, "10000"), "theirs"),
        name="a.jpg",
        action="edited",
        explicit="off",
    )
    found = look(other.data, "a.jpg")
    assert found.layers.register.match == "watermark"
    assert verification.OTHERS_LABEL in found.notes
    assert found.integrity is not Integrity.REMOVED


def test_the_manifest_names_the_watermark(marked):
    manifest = look(blobs.path(marked.labelled_sha256).read_bytes()).layers.credential
    assert manifest.valid
    raw = blobs.path(marked.labelled_sha256).read_bytes()
    assert b"c2pa.soft-binding" in raw and b"colophon.mark.1.image" in raw
    assert b"c2pa.watermarked.bound" in raw


def test_a_picture_without_label_and_watermark_is_known_by_its_fingerprint(marked, photo):
    assert sorted(marked.fingerprints.values_list("step", flat=True)) == ["after", "before"]
    with Image.open(io.BytesIO(photo)) as image:
        small, out = image.resize((300, 225)), io.BytesIO()
    small.save(out, "JPEG", quality=60)
    found = look(out.getvalue(), "b.jpg")
    register = found.layers.register
    assert found.layers.watermark.present is False
    assert (register.known, register.match) == (True, "fingerprint")
    assert register.content_id == str(marked.id) and register.distance <= 31
    # Whoever has the original took nothing off.
    assert found.integrity is Integrity.UNVERIFIABLE
    assert verification.ALIKE in found.notes


def test_a_small_copy_of_the_labelled_picture_tells_that_its_label_is_gone(marked):
    with Image.open(blobs.path(marked.labelled_sha256)) as image:
        small, out = image.convert("RGB").resize((80, 60)), io.BytesIO()
    small.save(out, "JPEG", quality=60)
    found = look(out.getvalue(), "b.jpg")
    assert found.layers.watermark.present is False
    assert found.layers.register.match == "fingerprint"
    assert found.integrity is Integrity.REMOVED


def test_another_picture_is_not_taken_for_it(marked):
    out = io.BytesIO()
    Image.fromarray(data.coffee()).save(out, "JPEG")
    found = look(out.getvalue(), "b.jpg")
    assert (found.layers.register.known, found.layers.register.match) == (False, "none")


def test_words_are_known_again_without_their_label(account, provider, run_jobs):
    words = "".join(catalogue.clause(f"Art. {number}").zh for number in (1, 3, 7, 9))
    content = submission.submit(
        io.BytesIO(words.encode()), "a.txt", account=account, by="test", now=clock.now()
    )
    run_jobs()
    found = look(words.replace("。", "。\n").encode(), "copied.txt")
    assert found.layers.register.match == "fingerprint"
    assert found.layers.register.content_id == str(content.id)


def test_a_damaged_snapshot_is_begun_anew(marked, photo, monkeypatch, tmp_path):
    monkeypatch.setattr(known, "SAVED_AFTER", 0)
    with Image.open(io.BytesIO(photo)) as image:
        out = io.BytesIO()
        image.save(out, "WEBP", quality=50)
    query = files.asked(io.BytesIO(out.getvalue()), "image/webp", "image", "a.webp")
    first = known.Known(tmp_path)
    (hit,) = {one.id for one in first.find(query)} & set(
        marked.fingerprints.filter(step="before").values_list("pk", flat=True)
    )
    assert (tmp_path / "pictures.prints").exists()
    assert hit in {one.id for one in known.Known(tmp_path).find(query)}
    (tmp_path / "pictures.prints").write_bytes(b"damaged")
    assert hit in {one.id for one in known.Known(tmp_path).find(query)}
