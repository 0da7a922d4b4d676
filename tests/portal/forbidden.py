"""Words that would vouch for a content: a verify page may use none of them.

In Chinese: 真实, 属实, 真品, 正品, 可信内容, 非AI, 不是AI, and their like.
"""

import re

ENGLISH = re.compile(
    r"\b(real|authentic|authenticity|genuine|not (?:made (?:by|with) )?AI|human[- ]made|fake)\b",
    re.IGNORECASE,
)
CHINESE = re.compile(r"真实|属实|真品|正品|真伪|假的|(?:非|不是|并非)\s*(?:AI|人工智能)|人类创作")


def forbidden_in(text: str) -> list[str]:
    """Which of them stand in ``text``."""
    return ENGLISH.findall(text) + CHINESE.findall(text)
