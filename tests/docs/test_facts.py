"""What the hand-written pages say is what the code does."""

import ast
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from colophon.cli.__main__ import COMMANDS, program

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCES = [path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts]


def block(page, mark):
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.search(rf"<!-- tested: {mark} -->\n```\w+\n(.*?)```", text, re.DOTALL)[1]


def shell_lines(text):
    return [
        shlex.split(line, comments=True)
        for line in text.splitlines()
        if re.match(r"(?:\.venv/bin/)?colophon\b", line)
    ]


def variables_read():
    """Names of environment variables as the sources ask for them."""
    asked = re.compile(
        r"""(?:env\.\w+|environ\.get|environ\.setdefault|environ|getenv)[\[(]\s*["'](COLOPHON_\w+)["']"""
    )
    return {name for path in SOURCES for name in asked.findall(path.read_text(encoding="utf-8"))}


def test_every_setting_is_documented_and_every_documented_one_is_read():
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(COLOPHON_\w+)`", page, re.MULTILINE)) == variables_read()


def test_defaults_in_the_settings_page_are_those_of_the_code():
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    defaults = dict(re.findall(r"^\| `(COLOPHON_\w+)` \| `?([^|`]+?)`? \|", page, re.MULTILINE))
    settings = ast.parse((ROOT / "src/colophon/site/settings.py").read_text(encoding="utf-8"))
    checked = 0
    for node in ast.walk(settings):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        name, default = node.args[:2]
        if isinstance(name, ast.Constant) and name.value in defaults:
            said = ast.literal_eval(default)
            if said not in ("", None) and defaults[name.value] != "in the process":
                assert defaults[name.value] == str(said), name.value
                checked += 1
    assert checked >= 8


def test_every_route_of_the_api_is_documented():
    from colophon.site.api import api, bindings

    page = (DOCS / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)`", page, re.MULTILINE))
    served = {
        (method.upper(), path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    served |= {
        (method.upper(), path)
        for path, methods in bindings.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert documented == served


def test_every_option_of_apply_is_documented():
    from colophon.labels.order import More

    page = (DOCS / "api.md").read_text(encoding="utf-8")
    rows = page.split("| also of `apply` |")[1].split("\n\n")[0]
    documented = {
        name for line in rows.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert documented == More.__annotations__.keys()


def test_answers_fit_the_schemas_in_the_documents(picture):
    import importlib.util

    import jsonschema

    from colophon import labels

    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    found, applied = generate.schemas().values()
    label = labels.Label("001191110108MA0000000A00000", "picture-1")
    done = labels.apply("picture.png", "labelled.png", label=label)
    for schema, value in (
        (found, labels.inspect("picture.png")),
        (found, labels.inspect("labelled.png")),
        (applied, done),
    ):
        jsonschema.Draft202012Validator(schema).validate(value.to_json())
    seldom = {"notes", "sidecar", "manifest"}
    assert set(done.to_json()) | seldom == set(applied["properties"])


def test_every_format_has_its_row():
    from colophon.labels.carriers import FAMILIES

    page = (DOCS / "formats.md").read_text(encoding="utf-8")
    for family in FAMILIES:
        carrier = family.carrier()
        places = map(carrier.standard_place, carrier.forms)
        for word in (*family.extensions, *carrier.media_types, *places):
            assert f"`{word}`" in page, word
    rows = page.split("The explicit label, by medium")[0]
    known = {extension for family in FAMILIES for extension in family.extensions}
    assert set(re.findall(r"`(\.\w+)`", rows)) == known


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_commands_in_the_documents_exist_with_their_flags(page):
    lines = shell_lines((ROOT / page).read_text(encoding="utf-8"))
    assert lines
    for _, name, *rest in lines:
        assert name in COMMANDS
        shown = CliRunner().invoke(program, [name, "--help"])
        assert shown.exit_code == 0, shown.output
        for word in rest:
            if word.startswith("-"):
                assert re.search(rf"(?<![\w-]){re.escape(word)}\b", shown.output), word


@pytest.fixture
def picture(tmp_path, monkeypatch):
    from PIL import Image
    from skimage import data

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLOPHON_DATA", str(tmp_path / "none"))
    Image.fromarray(data.astronaut()).save("picture.png")
    return tmp_path


def test_the_python_example_does_what_its_comments_say(picture, capsys):
    before = Path("picture.png").read_bytes()
    code = block("README.md", "python")
    exec(compile(code, "README.md", "exec"), {})
    promised = re.findall(r"print\(.*?\)  # (.*)", code)
    assert capsys.readouterr().out.splitlines() == promised
    assert Path("picture.png").read_bytes() == before


def test_the_shell_example_runs(picture):
    Path("archive").mkdir()
    Path("archive/one.png").write_bytes(Path("picture.png").read_bytes())
    codes = {}
    for _, *arguments in shell_lines(block("README.md", "shell")):
        result = CliRunner().invoke(program, arguments)
        codes[" ".join(arguments[:2])] = result.exit_code
        assert result.exit_code in {0, 1}, result.output
    assert set(codes.values()) == {0}, codes
    assert Path("labelled.png").exists()
    assert Path("labelled/one.png").exists()
