"""Telling findings: one block a file for people, the documented JSON for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from colophon.cli.files import expand
from colophon.cli.output import emit_json, note, one_line, say
from colophon.errors import ColophonError, Lang
from colophon.labels.model import Findings, Integrity, Layers, Verdict

VERDICTS = {
    "labelled": {"zh": "有生成合成标识", "en": "labelled as AI-generated or synthesised"},
    "declared": {"zh": "用户声明为生成合成内容", "en": "declared to be AI-generated"},
    "suspected": {"zh": "疑似生成合成内容", "en": "suspected to be AI-generated"},
    "unlabelled": {"zh": "未发现标识", "en": "no label was found"},
    "unreadable": {"zh": "无法读取", "en": "cannot be read"},
}
INTEGRITIES = {
    "intact": {"zh": "签名完好", "en": "signature intact"},
    "altered": {"zh": "签名后被改动", "en": "altered after signing"},
    "forged": {"zh": "标识系伪造", "en": "the label is forged"},
    "removed": {"zh": "标识曾被去除", "en": "labels were removed"},
    "unverifiable": {"zh": "未经签名核验", "en": "not checked by a signature"},
}
LAYER_NAMES = {
    "aigc": {"zh": "隐式标识", "en": "AIGC metadata"},
    "credential": {"zh": "签名清单", "en": "signed manifest"},
    "watermark": {"zh": "数字水印", "en": "watermark"},
    "explicit": {"zh": "显式标识", "en": "explicit label"},
    "iptc": {"zh": "IPTC 来源类型", "en": "IPTC source type"},
    "register": {"zh": "运营者登记簿", "en": "operator's register"},
}
_ABSENT = {"zh": "未发现", "en": "not found"}
_SHOWN = {
    "aigc": ("label", "content_producer", "produce_id", "place"),
    "credential": ("signer", "valid", "trusted", "digital_source_type", "issues"),
    "watermark": ("payload", "confidence"),
    "explicit": ("text", "where", "height_ratio"),
    "iptc": ("digital_source_type",),
    "register": ("content_id", "match"),
}


def examine(
    names: tuple[str, ...], look: Callable[[Path], Findings], *, as_json: bool, lang: Lang
) -> int:
    """Looks at every file, tells what was found, and answers the exit code."""
    documents: list[dict[str, Any]] = []
    code = 0
    for path, _ in expand(names):
        try:
            found = look(path)
        except ColophonError as error:
            documents.append(
                {"file": str(path), "verdict": "unreadable", "error": error.to_json(lang)}
            )
            code = max(code, error.exit_code)
            _tell_failure(path, error, lang)
            continue
        documents.append({**found.to_json(), "file": str(path)})
        code = max(code, _answer(found))
        if not as_json:
            _tell(path, found, lang)
    if as_json:
        emit_json(documents[0] if len(names) == 1 and len(documents) == 1 else documents)
    return code


def _answer(found: Findings) -> int:
    is_no = found.verdict is Verdict.UNLABELLED or found.integrity in (
        Integrity.ALTERED,
        Integrity.FORGED,
        Integrity.REMOVED,
    )
    return 1 if is_no else 0


def _tell_failure(path: Path, error: ColophonError, lang: Lang) -> None:
    note(f"✗ {one_line(str(path))}: {one_line(error.cause(lang))}")
    note(f"  {one_line(error.remedy(lang))}")


def _tell(path: Path, found: Findings, lang: Lang) -> None:
    mark = "○" if _answer(found) else "●"
    verdict, integrity = VERDICTS[found.verdict][lang], INTEGRITIES[found.integrity][lang]
    say(f"{mark} {one_line(str(path))}  {verdict} · {integrity}")
    for layer in fields(Layers):
        value = getattr(found.layers, layer.name)
        if value is not None:
            say(f"    {LAYER_NAMES[layer.name][lang]}: {_words(layer.name, value, lang)}")
    if found.layers.aigc:
        for deviation in found.layers.aigc.deviations:
            say(f"      ◐ {deviation.code}: {one_line(deviation.detail)}  [{deviation.source}]")
    for remark in found.notes:
        say(f"    {one_line(remark.words(lang))}")


def _words(name: str, layer: Any, lang: Lang) -> str:
    if not getattr(layer, "present", getattr(layer, "known", False)):
        return _ABSENT[lang]
    shown = ((field, getattr(layer, field)) for field in _SHOWN[name])
    return one_line(
        "  ".join(f"{field}={value}" for field, value in shown if value not in (None, ()))
    )
