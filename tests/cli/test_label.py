"""``colophon label`` and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import colophon
from tests.labels import made

LABEL_SCHEMA = {
    "type": "object",
    "required": [
        "file", "output", "content_id", "produce_id", "media_type", "duty", "written", "read_back", "seconds",
    ],
    "properties": {
        "duty": {"type": "object", "required": ["explicit", "source"]},
        "written": {"type": "object", "required": ["aigc"]},
        "read_back": {"const": True},
    },
}  # fmt: skip


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(made.picture("PNG"))
    return path


def test_the_json_keeps_the_contract(picture, operator) -> None:
    ran = colophon("label", picture, "--json", data=operator)
    assert ran.code == 0
    jsonschema.validate(ran.json, LABEL_SCHEMA)
    assert ran.json["output"] == str(picture.with_name("picture.labelled.png"))
    assert ran.json["recorded"] is True
    assert ran.json["duty"] == {"explicit": "required", "source": "Art. 17.1.5"}


def test_what_was_labelled_is_known_to_the_register(picture, operator) -> None:
    labelled = colophon("label", picture, "--json", data=operator).json
    seen = colophon("verify", labelled["output"], "--json", data=operator)
    assert seen.code == 0
    register = seen.json["layers"]["register"]
    assert (register["match"], register["content_id"]) == ("exact", labelled["content_id"])
    assert seen.json["layers"]["credential"]["trusted"] is True


def test_outside_a_data_folder_a_producer_is_needed(picture) -> None:
    assert colophon("label", picture).code != 0
    ran = colophon("label", picture, "--producer", made.PRODUCER, "--json")
    assert (ran.code, ran.json["recorded"]) == (0, False)


@pytest.mark.parametrize("code", ["", "001", made.PRODUCER.lower(), made.PRODUCER[:-6] + "X10000"])
def test_a_wrong_producer_code(code, picture) -> None:
    ran = colophon("label", picture, "--producer", code, "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "producer_code_invalid"
    assert not picture.with_name("picture.labelled.png").exists()


def test_in_place_only_when_told(picture) -> None:
    before = picture.read_bytes()
    colophon("label", picture, "--producer", made.PRODUCER)
    assert picture.read_bytes() == before
    assert colophon("label", picture, "--in-place", "--producer", made.PRODUCER).code == 0
    assert colophon("inspect", picture).code == 0
    assert picture.read_bytes() != before


def test_a_source_is_no_output_unless_in_place(picture) -> None:
    before = picture.read_bytes()
    beside = picture.parent / "." / picture.name
    for extra in (("-o", picture), ("-o", beside, "--force"), ("-d", picture.parent, "--force")):
        ran = colophon("label", picture, *extra, "--producer", made.PRODUCER, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "usage")
        assert picture.read_bytes() == before


def test_in_place_follows_a_named_link_and_leaves_found_ones(picture, tmp_path) -> None:
    other = tmp_path / "folder" / "inside.png"
    other.parent.mkdir()
    other.symlink_to(picture)
    before = picture.read_bytes()
    none = colophon("label", other.parent, "--in-place", "--producer", made.PRODUCER)
    assert none.code == 0
    assert "0 labelled" in none.err
    assert picture.read_bytes() == before
    assert colophon("label", other, "--in-place", "--producer", made.PRODUCER).code == 0
    assert other.is_symlink()
    assert colophon("inspect", picture).code == 0


def test_the_folder_for_outputs_is_made(picture, tmp_path) -> None:
    folder = tmp_path / "new" / "deep"
    assert colophon("label", picture, "-d", folder, "--producer", made.PRODUCER).code == 0
    assert (folder / "picture.png").is_file()
    ran = colophon("label", picture, "-d", picture, "--producer", made.PRODUCER, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "target_unwritable")


@pytest.mark.parametrize("stem", ["x" * 251, "中" * 83])
def test_a_name_with_no_room_for_more(stem, tmp_path) -> None:
    path = tmp_path / f"{stem}.png"
    path.write_bytes(made.picture("PNG"))
    ran = colophon("label", path, "--producer", made.PRODUCER, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "target_unwritable")
    assert colophon("label", path, "--in-place", "--producer", made.PRODUCER).code == 0


def test_an_output_that_exists_is_kept_unless_forced(picture, tmp_path) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    ran = colophon("label", picture, "-o", out, "--producer", made.PRODUCER, "--json")
    assert (ran.code, out.read_bytes()) == (2, b"mine")
    assert ran.json["error"]["code"] == "target_exists"
    assert colophon("label", picture, "-o", out, "--force", "--producer", made.PRODUCER).code == 0


def test_a_folder_goes_on_where_it_stopped(tmp_path) -> None:
    source = tmp_path / "archive"
    (source / "deep").mkdir(parents=True)
    for name in ("a.png", "deep/b.png", "deep/c.md", "ignored.xyz"):
        data = made.picture("PNG") if name.endswith("png") else b"# words\n"
        (source / name).write_bytes(data)
    arguments = ("label", source, "-d", tmp_path / "out", "--producer", made.PRODUCER, "--json")
    first = colophon(*arguments, "--jobs", 2)
    assert first.code == 0
    assert len(first.json) == 3
    (tmp_path / "out" / "deep" / "b.png").unlink()
    again = colophon(*arguments)
    assert again.code == 0
    assert [bool(one.get("skipped")) for one in again.json] == [True, False, True]


def test_one_bad_file_does_not_end_a_batch(tmp_path) -> None:
    (tmp_path / "bad.png").write_bytes(made.picture("PNG")[:60])
    (tmp_path / "good.png").write_bytes(made.picture("PNG"))
    ran = colophon("label", tmp_path, "--producer", made.PRODUCER, "--json")
    assert ran.code == 3
    bad, good = ran.json
    assert bad["error"]["code"] == "truncated_file"
    assert good["read_back"] is True


def test_a_platforms_labels(picture) -> None:
    ran = colophon("label", picture, "--declared", "--producer", made.PRODUCER, "--json")
    value = json.loads(ran.json["written"]["aigc"]["value"])
    assert (value["Label"], value["ContentPropagator"]) == ("2", made.PRODUCER)
    assert "explicit" not in ran.json["written"]
    seen = colophon("inspect", ran.json["output"], "--json").json
    assert (seen["verdict"], seen["notice"]) == ("declared", "may_be")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--declared", "--suspected"), 2),
        (("--no-implicit",), 2),
        (("--explicit", "off"), 4),
        (("--profile", "us-ca"), 2),
        (("-o", "a", "-d", "b"), 2),
        (("--text", "manual work"), 2),
    ],
)
def test_what_is_refused(arguments, code, picture) -> None:
    ran = colophon("label", picture, *arguments, "--producer", made.PRODUCER)
    assert ran.code == code, ran.err
    assert not picture.with_name("picture.labelled.png").exists()


def test_the_operator_words_the_label(picture) -> None:
    ran = colophon(
        "label", picture, "--text", "人工智能合成", "--producer", made.PRODUCER, "--json"
    )
    assert ran.json["written"]["explicit"]["text"] == "人工智能合成"


def test_errors_speak_both_languages(tmp_path) -> None:
    (tmp_path / "a.png").touch()
    zh = colophon("label", tmp_path / "a.png", "--lang", "zh", "--producer", made.PRODUCER)
    en = colophon("label", tmp_path / "a.png", "--lang", "en", "--producer", made.PRODUCER)
    assert (zh.code, en.code) == (3, 3)
    assert "空文件" in zh.err
    assert "is empty" in en.err


def test_a_name_with_a_newline_stays_on_one_line(tmp_path) -> None:
    path = tmp_path / "two\nlines.png"
    path.write_bytes(made.picture("PNG"))
    ran = colophon("label", path, "--producer", made.PRODUCER)
    assert (ran.code, len(ran.out.splitlines())) == (0, 1)


def test_a_batch_is_summed_up_in_the_language_asked_for(tmp_path) -> None:
    for lang, words in (("zh", "已添加标识 0 个，已存在 0 个，失败 1 个"), ("en", "0 labelled")):
        folder = tmp_path / lang
        folder.mkdir()
        (folder / "empty.png").touch()
        (folder / "empty.txt").touch()
        ran = colophon("label", folder, "--producer", made.PRODUCER, "--lang", lang)
        assert ran.code == 3
        assert words.replace("失败 1", "失败 2") in ran.err
