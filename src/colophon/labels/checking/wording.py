"""What pages and the command say of each requirement: one closed table, zh and en."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from colophon.errors import Lang
from colophon.labels.model import Requirement


@dataclass(frozen=True, slots=True)
class Says:
    """Templates of one requirement: what it is, and that it is met, is not, was not measured.

    ``{found}`` and ``{least}`` are the numbers as a reader knows them, with their unit.
    """

    name: tuple[str, str]
    met: tuple[str, str]
    unmet: tuple[str, str]
    unknown: tuple[str, str]


PLACES: Final[dict[str, tuple[str, str]]] = {
    "top": ("上边", "top edge"),
    "bottom": ("下边", "bottom edge"),
    "left": ("左边", "left edge"),
    "right": ("右边", "right edge"),
    "top-left": ("左上角", "top left corner"),
    "top-right": ("右上角", "top right corner"),
    "bottom-left": ("左下角", "bottom left corner"),
    "bottom-right": ("右下角", "bottom right corner"),
    "middle": ("中间", "middle"),
    "start": ("起始处", "start"),
    "end": ("末尾处", "end"),
}

TABLE: Final[dict[str, Says]] = {
    "elements": Says(
        ("文字", "Words"),
        (
            "“{found}”同时含有规定的两类要素",
            "“{found}” has both elements the standard asks for",
        ),
        (
            "“{found}”未同时含有“人工智能”或“AI”与“生成”或“合成”",
            "“{found}” lacks 人工智能 or AI together with 生成 or 合成",
        ),
        ("未能核对文字", "the words could not be checked"),
    ),
    "place": Says(
        ("位置", "Place"),
        ("位于{found}", "at the {found}"),
        ("位于{found}，不在规定的位置", "at the {found}, which is not where it belongs"),
        ("未能确定位置", "the place could not be told"),
    ),
    "height": Says(
        ("字高", "Height"),
        (
            "字高为最短边的 {found}，不低于 {least}",
            "characters are {found} of the shortest side, at least {least}",
        ),
        (
            "字高为最短边的 {found}，低于 {least}",
            "characters are {found} of the shortest side, less than {least}",
        ),
        ("字高无法测量，应不低于 {least}", "the height could not be measured; at least {least}"),
    ),
    "contrast": Says(
        ("对比度", "Contrast"),
        ("与背景的对比度为 {found}，不低于 {least}", "contrast is {found}, at least {least}"),
        ("与背景的对比度为 {found}，低于 {least}", "contrast is {found}, less than {least}"),
        (
            "对比度无法测量，应不低于 {least}",
            "the contrast could not be measured; at least {least}",
        ),
    ),
    "seconds": Says(
        ("时长", "Time"),
        ("持续 {found}，符合不少于 {least} 的要求", "on for {found}, as {least} asks"),
        ("持续 {found}，少于 {least}", "on for {found}, less than {least}"),
        (
            "至少持续 {found}，之后未再查看，应不少于 {least}",
            "on for {found} or more, not followed further; at least {least}",
        ),
    ),
    "rate": Says(
        ("语速", "Pace"),
        ("每分钟 {found}，属正常语速", "{found} a minute, a normal pace"),
        ("每分钟 {found}，不属正常语速", "{found} a minute, not a normal pace"),
        ("未能测量语速", "the pace could not be measured"),
    ),
    "not_mixed": Says(
        ("独立播放", "By itself"),
        ("未与内容混在一起，间隔 {found}", "not mixed with the content, {found} apart"),
        ("与内容混在一起", "mixed with the content"),
        ("未能确定是否与内容混在一起", "it could not be told whether it is mixed with the content"),
    ),
}


WHOLE: Final = (
    "全片 {found}，短于 {least}，自始至终显示",
    "the whole film is {found}, shorter than {least}, and shows it throughout",
)
"""Instead of a time that is met, of a film too short for it."""


def words(requirement: Requirement, lang: Lang = "zh") -> str:
    """One requirement in one sentence, with its clause. Raises KeyError for a code that is not
    in `TABLE`."""
    found = _number(requirement.found, requirement, lang)
    least = _number(requirement.least, requirement, lang)
    sentence = _form(requirement)[0 if lang == "zh" else 1].format(found=found, least=least)
    clause = requirement.clause
    return f"{sentence}（{clause}）" if lang == "zh" else f"{sentence} ({clause})"


def _form(requirement: Requirement) -> tuple[str, str]:
    said, found, least = TABLE[requirement.code], requirement.found, requirement.least
    if requirement.code == "seconds" and requirement.met:
        short = isinstance(found, float) and isinstance(least, (int, float)) and found < least
        return WHOLE if short else said.met
    return {True: said.met, False: said.unmet, None: said.unknown}[requirement.met]


def name(requirement: Requirement, lang: Lang = "zh") -> str:
    """What is required, as a heading."""
    return TABLE[requirement.code].name[0 if lang == "zh" else 1]


def _number(value: str | float | None, requirement: Requirement, lang: Lang) -> str:
    """As a reader knows it: shares in per cent, times in seconds, places by their names."""
    which = 0 if lang == "zh" else 1
    if value is None:
        return "–"
    if isinstance(value, str):
        return PLACES[value][which] if requirement.code == "place" and value in PLACES else value
    if requirement.code == "height":
        return f"{value * 100:.3g} %"
    if requirement.code in {"seconds", "not_mixed"}:
        return f"{value:.3g} " + ("秒", "s")[which]
    if requirement.code == "contrast":
        return f"{value:.3g} : 1"
    return f"{value:.3g} " + ("字", "characters")[which]
