"""Chinese numerals from 1 to 99, both ways, as articles and items are numbered."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
_LARGEST: Final = 99
_HALF_WIDTH: Final = str.maketrans(
    "０１２３４５６７８９（）．　",
    "0123456789(). ",  # the signs a Chinese keyboard gives
)


def chinese(number: int) -> str:
    """17 as 十七. Raises ValueError outside 1 to 99."""
    if not 1 <= number <= _LARGEST:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones else "")


def read(text: str) -> int | None:
    """十七 or 17 as a number from 1 to 99, else None."""
    return _BY_NAME.get(text)


def half_width(text: str) -> str:
    """Full-width digits, brackets, point and space as their plain forms."""
    return text.translate(_HALF_WIDTH)


_BY_NAME: Final = {chinese(number): number for number in range(1, _LARGEST + 1)} | {
    str(number): number for number in range(1, _LARGEST + 1)
}
