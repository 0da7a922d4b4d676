"""Source code: one comment more, and every program and every data the same."""

from __future__ import annotations

import ast
import configparser
import json
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import NoLabelPlace, SignedFile, UnknownType
from colophon.labels import aigc
from colophon.labels.carriers.languages import BY_EXTENSION
from colophon.labels.carriers.packet import Carrier
from colophon.labels.carriers.source_code import SOURCE_CODE
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

HOSTILE_VALUE = "*/-->?>%~d--;#\"'<!--/*]]>"
HOSTILE = json.dumps(
    {**json.loads(LABEL), "ReservedCode1": HOSTILE_VALUE}, separators=(",", ":")
).encode()


def labelled(suffix: str, data: bytes | str, label: bytes = LABEL) -> bytes:
    source = data.encode() if isinstance(data, str) else data
    return write(SOURCE_CODE.of_extension(suffix), source, {"aigc": label})


def labels(suffix: str, data: bytes) -> list[bytes]:
    packets = read(SOURCE_CODE.of_extension(suffix), data)
    return [packet.data for packet in packets if packet.form == "aigc"]


class Texts(CarrierContract):
    """The contract for one extension; what a language's own reader says is tested below."""

    cuts = 40
    flips = 40

    def payload(self, data: bytes) -> object:
        kept = [line for line in data.splitlines() if b"AIGC" not in line]
        return b"\n".join(kept).rstrip()


class TestPython(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".py")

    def samples(self) -> list[bytes]:
        return [
            b"#!/usr/bin/env python3\nx = 1\n",
            b'"""\n# words\n"""\r\nx = {\r\n}',
            "# -*- coding: gb18030 -*-\nx = '题'\n".encode("gb18030"),
            b"\n",
        ]

    def payload(self, data: bytes) -> object:
        return ast.dump(ast.parse(data))


class TestYaml(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".yaml")

    def samples(self) -> list[bytes]:
        return [
            b"a: 1\nb: [x, 'y # z']\n",
            b"a: 1\r\nb: |\r\n  text\r\n",
            b"a: |+\n  text\n\n",
            b"a: |\n  no newline",
            b"--- |\n top\n level\n",
            b"#cloud-config\n--- >\n top\n level",
            b"%YAML 1.1\n---\na: 1\n...\n---\nb: 2\n...\n",
            b"plain\n  words",
            "\ufeff标题: 𝒙\r\n".encode("utf-16-le"),
        ]

    def payload(self, data: bytes) -> object:
        return list(yaml.safe_load_all(data))


class TestXml(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".xml")

    def samples(self) -> list[bytes]:
        return [b"<?xml version='1.0'?>\n<a>\n <b/>\n</a>\n", "<标>题</标>".encode("utf-8-sig")]

    def payload(self, data: bytes) -> object:
        return ET.tostring(ET.fromstring(data))  # noqa: S314 made here


class TestToml(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".toml")

    def samples(self) -> list[bytes]:
        return [b'a = 1\n[b]\nc = """\n#x\n"""', b"a = 1\r\n"]

    def payload(self, data: bytes) -> object:
        return tomllib.loads(data.decode())


class TestPerl(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".pl")

    def samples(self) -> list[bytes]:
        return [b"print <DATA>;\n__END__\ndata\n", b"print 1;\n\n=head1 NAME\n\nx\n", b"print 2"]


class TestPhp(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".php")

    def samples(self) -> list[bytes]:
        return [b"<?php\necho 1;\n", b"<p><?= 1 ?></p>\n", b"<p>x</p>", b"<?php $a = '?>'; // x"]

    def payload(self, data: bytes) -> object:
        return []


class TestBatch(Texts):
    carrier: ClassVar[Carrier] = SOURCE_CODE.of_extension(".bat")

    def samples(self) -> list[bytes]:
        return [b"@echo off\r\necho %1\r\n", b"exit /b"]


def ran(*command: str, data: bytes | None = None) -> bytes:
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout


@pytest.mark.parametrize("suffix", sorted(BY_EXTENSION))
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_every_language_has_its_line(suffix: str, end: str) -> None:
    source = f"x{end}".encode()
    once = labelled(suffix, source, HOSTILE)
    assert labels(suffix, once) == [HOSTILE]
    assert labelled(suffix, labelled(suffix, once), HOSTILE) == once
    assert once.startswith(source)
    assert once.count(b"AIGC") == 1
    found = aigc.find(once)
    assert [(one.produce_id, one.reserved_code1) for one in found] == [("p-1", HOSTILE_VALUE)]


@pytest.mark.needs("sh")
@pytest.mark.parametrize(
    "source",
    ["echo hi", "cat <<EOF\n# in\nEOF", "cat <<-'E'\n\tx\n\tE\necho $((1<<2))\n", ": \\\\"],
)
def test_shell_says_the_same(source: str) -> None:
    out = labelled(".sh", source, HOSTILE)
    ran("sh", "-n", data=out)
    assert ran("sh", data=out) == ran("sh", data=source.encode())


@pytest.mark.parametrize(
    "source",
    ["cat <<EOF\nopen", "echo a\\", "echo a\\\n", "tail -n +4 $0\nexit\n__ARCHIVE__\nQUJD\n"],
)
def test_shell_that_would_swallow_it_is_refused(source: str) -> None:
    with pytest.raises(NoLabelPlace):
        labelled(".sh", source)


@pytest.mark.needs("perl")
@pytest.mark.parametrize(
    "source",
    [
        "print <DATA>;\n__END__\ndata\n",
        "print 1;\n\n=head1 NAME\n\nwords\n",
        "print 2;\n=pod\n\nx\n\n=cut\nprint 3;",
    ],
)
def test_perl_says_the_same(source: str, tmp_path: Path) -> None:
    before, after = tmp_path / "a.pl", tmp_path / "b.pl"
    before.write_text(source)
    after.write_bytes(labelled(".pl", source, HOSTILE))
    assert ran("perl", str(after)) == ran("perl", str(before))
    assert labelled(".pl", labelled(".pl", after.read_bytes()), HOSTILE) == after.read_bytes()


@pytest.mark.needs("cc")
@pytest.mark.parametrize(("suffix", "dialect"), [(".c", "c90"), (".h", "c90"), (".cpp", "c++17")])
def test_c_compiles(suffix: str, dialect: str, tmp_path: Path) -> None:
    source = "#define A 1 /* one */\nint x = A;"
    path = tmp_path / "a.cc" if suffix == ".cpp" else tmp_path / "a.c"
    path.write_bytes(labelled(suffix, source, HOSTILE))
    strict = ["-Wall", "-Werror", "-pedantic-errors", f"-std={dialect}"]
    ran("cc", *strict, "-fsyntax-only", str(path))


@pytest.mark.needs("node")
def test_node_runs_it() -> None:
    source = "#!/usr/bin/env node\nconsole.log(`}\n// x`)"
    assert ran("node", "-", data=labelled(".js", source, HOSTILE)) == b"}\n// x\n"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<?php\necho 1;\n", "// AIGC: {}\n"),
        ("<?php\necho 1; // why?", "\n// AIGC: {}"),
        ("<?php echo '?>' . \"?>\"; /* ?> */ # x", "\n// AIGC: {}"),
        ("<?php echo <<<X\n?>\nX;\n", "// AIGC: {}\n"),
        ("<?php echo 1 // ?>text", "<?php // AIGC: {} ?>"),
        ("<?php echo 1 ?>\n<p>x</p>\n", "<?php // AIGC: {} ?>\n"),
        ("<p>x</p>", "<?php // AIGC: {} ?>"),
    ],
)
def test_php_by_where_it_ends(source: str, written: str) -> None:
    expected = source + written.replace("{}", LABEL.decode())
    once = labelled(".php", source)
    assert once.decode() == expected
    assert labels(".php", once) == [LABEL]
    assert labelled(".php", labelled(".php", once, HOSTILE)) == once


def test_php_that_reads_itself_is_refused() -> None:
    with pytest.raises(NoLabelPlace):
        labelled(".php", "<?php __halt_compiler();data")


@pytest.mark.parametrize(
    ("source", "mark"),
    [("x = 1; % one\n", b"% AIGC"), ("#import <A.h>\n@class B;\n", b"// AIGC")],
)
def test_the_two_languages_of_m(source: str, mark: bytes) -> None:
    assert labelled(".m", source).splitlines()[-1].startswith(mark)


def test_a_batch_line_that_goes_on_is_refused() -> None:
    with pytest.raises(NoLabelPlace):
        labelled(".bat", "echo a ^\r\n")


def test_ini_values_stay() -> None:
    source = "[a]\nb = 1\n  more\n"
    before, after = configparser.ConfigParser(), configparser.ConfigParser()
    before.read_string(source)
    after.read_string(labelled(".ini", source, HOSTILE).decode())
    assert after == before


def test_xml_takes_any_value() -> None:
    root = ET.fromstring(labelled(".xml", "<a><b/></a>", HOSTILE))  # noqa: S314 made here
    assert [one.tag for one in root.iter()] == ["a", "b"]


def test_a_label_in_a_string_is_data() -> None:
    source = f'X = """\n# AIGC: {OTHER_LABEL.decode()}\n"""\n'
    out = labelled(".py", source)
    assert out == source.encode() + b"# AIGC: " + LABEL + b"\n"
    assert labels(".py", out) == [LABEL]


def test_words_of_a_yaml_scalar_are_data() -> None:
    source = f"a: |\n  x\n  # AIGC: {OTHER_LABEL.decode()}\n"
    out = labelled(".yaml", source)
    assert yaml.safe_load(out) == yaml.safe_load(source)
    assert labels(".yaml", out) == [LABEL]


@pytest.mark.parametrize(
    ("suffix", "source"),
    [
        (".ps1", "x\r\n# SIG # Begin signature block\r\n# MII\r\n"),
        (".xml", '<a><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></a>'),
    ],
)
def test_what_is_signed_is_refused(suffix: str, source: str) -> None:
    with pytest.raises(SignedFile):
        labelled(suffix, source)


def test_labels_at_both_ends_become_one() -> None:
    other = b"# AIGC: " + OTHER_LABEL + b"\n"
    out = labelled(".py", b"#!/bin/py\n" + other + b"x = 1\n" + other)
    assert out == b"#!/bin/py\nx = 1\n# AIGC: " + LABEL + b"\n"


def test_stacked_labels_become_one() -> None:
    other = b"# AIGC: " + OTHER_LABEL + b"\n"
    assert labelled(".py", b"x = 1\n" + other + b"# note\n" + other) == (
        b"x = 1\n# note\n# AIGC: " + LABEL + b"\n"
    )


def test_without_a_language_nothing_is_written() -> None:
    with pytest.raises(UnknownType):
        write(SOURCE_CODE, b"x", {"aigc": LABEL})
    assert [one.form for one in read(SOURCE_CODE, b"x\n# AIGC: " + LABEL)] == ["aigc", "text"]


@pytest.mark.parametrize(
    "piece", ["<<A\n", "<?php '", "<?php <<<A\n", "__END__\n", "=a\n", "|\n", "a<<<<", "\\", "# \n"]
)
@pytest.mark.parametrize("suffix", [".sh", ".pl", ".php", ".yaml", ".py"])
def test_hostile_texts_cost_one_pass(suffix: str, piece: str) -> None:
    bound = type("Bound", (TestPython,), {"carrier": SOURCE_CODE.of_extension(suffix)})
    bound().survive(b"x\n" + piece.encode() * 50_000)


SCALARS = st.none() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=12)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab|>#:- "), inner)
)


@given(DATA, st.sampled_from(["|", ">", '"', None]), st.booleans())
def test_any_yaml_keeps_its_data(value: Any, style: str | None, cut: bool) -> None:
    text = yaml.safe_dump(value, default_style=style, allow_unicode=True)
    text = text.rstrip("\n") if cut else text
    try:
        before = list(yaml.safe_load_all(text))
    except yaml.YAMLError:
        return
    out = labelled(".yml", text.encode(), HOSTILE)
    assert list(yaml.safe_load_all(out.decode())) == before
    assert labels(".yml", out) == [HOSTILE]


PARTS = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        " ",
        "x",
        "'",
        '"',
        "\\",
        "<?php ",
        "?>",
        "__END__\n",
        "=pod\n",
        "- |\n",
        "/*",
    ]
    + [f"{mark} AIGC: {OTHER_LABEL.decode()}" for mark in ("#", "//", "/*", "<?php //", "<!--")]
)


@given(st.sampled_from(sorted(BY_EXTENSION)), st.lists(PARTS, min_size=1, max_size=8))
def test_any_mixture_is_written_once(suffix: str, parts: list[str]) -> None:
    try:
        once = labelled(suffix, "".join(parts))
    except NoLabelPlace:
        return
    assert labels(suffix, once) == [LABEL]
    assert labelled(suffix, labelled(suffix, once, HOSTILE)) == once


def test_xml_that_speaks_of_metadata_is_read_beside_its_own_label() -> None:
    packets = read(SOURCE_CODE.of_extension(".xml"), labelled(".xml", "<a>rdf:Description</a>\n"))
    assert [p.place for p in packets] == ["source:label-line", "xml:xmp"]
    assert packets[0].data == LABEL


def test_mixed_line_ends_that_would_hide_the_label_are_refused() -> None:
    with pytest.raises(NoLabelPlace):
        labelled(".pl", b"print 0;\rprint 1;\r\n\n=head1 NAME")


@pytest.mark.parametrize("line", ["# AIGC{} x", "# AIGC: {{}}{} x"])
def test_long_runs_of_spaces_are_read_once(line: str) -> None:
    source = "x = 1\n" + line.format(" " * 500_000) + "\n"
    started = time.process_time()
    assert [one.form for one in read(SOURCE_CODE, source.encode())] == ["text"]
    assert time.process_time() - started < 2
