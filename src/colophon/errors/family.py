"""Error families: every failure has a code, a cause and a remedy, in zh and en.

One class is one failure an outsider can meet. A family fixes the command's exit code
and the HTTP status; ``docs/errors.md`` is generated from this module. Texts never carry
personal data: the only details filled in are file names the caller gave and numbers.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal, TypedDict

_PLACE = re.compile(r"\{(\w+)\}")
Lang = Literal["zh", "en"]


class Words(TypedDict):
    """One sentence in both languages, with ``{detail}`` places."""

    zh: str
    en: str


class ColophonError(Exception):
    """Root of every named error.

    ``code`` is a stable identifier, ``http_status`` and ``exit_code`` are what the doors
    answer with, ``clause`` is the provision behind a refusal (None where no law speaks).
    Keyword arguments given at raise time fill the places in ``cause`` and ``remedy``.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 5
    clause: ClassVar[str | None] = None
    causes: ClassVar[Words] = {"zh": "出现了意外错误。", "en": "Something unexpected went wrong."}
    remedies: ClassVar[Words] = {
        "zh": "请重试；若仍出现，请把错误代码告诉运营者。",
        "en": "Try again; if it happens again, tell the operator the error code.",
    }

    def __init__(self, **details: object) -> None:
        self.details = {key: str(value) for key, value in details.items()}
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.cause("en")

    def cause(self, lang: Lang = "en") -> str:
        """What happened, in ``lang``."""
        return self._fill(self.causes[lang])

    def remedy(self, lang: Lang = "en") -> str:
        """What to do now, in ``lang``."""
        return self._fill(self.remedies[lang])

    def _fill(self, text: str) -> str:
        # In one pass: a file's name may hold braces itself.
        return _PLACE.sub(lambda place: self.details.get(place[1], place[0]), text)

    def to_json(self, lang: Lang = "en") -> dict[str, str | None]:
        """The shape every door answers with."""
        return {
            "code": self.code,
            "cause": self.cause(lang),
            "remedy": self.remedy(lang),
            "clause": self.clause,
        }


class UsageError(ColophonError):
    """The caller asked in a way that cannot be answered."""

    code = "usage"
    http_status = 400
    exit_code = 2
    causes: ClassVar[Words] = {"zh": "{detail}", "en": "{detail}"}
    remedies: ClassVar[Words] = {"zh": "请查看 --help。", "en": "See --help."}


class InputError(ColophonError):
    """The file given is not one we can work on; it was left as it was."""

    code = "bad_input"
    http_status = 422
    exit_code = 3


class RefusedError(ColophonError):
    """A rule says no."""

    code = "refused"
    http_status = 403
    exit_code = 4


class UnavailableError(ColophonError):
    """Something this needs is not there now."""

    code = "unavailable"
    http_status = 503
    exit_code = 5
