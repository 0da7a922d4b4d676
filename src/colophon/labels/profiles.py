"""Label profiles: whose rules decide the explicit duty, the wording and what the metadata names.

The implicit label of GB 45438 is written under every profile; a profile only adds to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from colophon import terms
from colophon.errors import Lang, UsageError, WordingNotCompliant
from colophon.labels import duty
from colophon.labels.duty import NONE, OFFERED, REQUIRED, Action
from colophon.labels.model import Duty, Kind, LabelValue, Medium

Decide = Callable[[Kind, Action, str], Duty]
_STRICT = {REQUIRED: 2, OFFERED: 1, NONE: 0}
_LIKENESS = (Kind.SPEECH, Kind.FACE)


@dataclass(frozen=True, slots=True)
class Profile:
    """``chinese``: GB 45438-2025 binds, so the words hold its elements and producers have codes.
    ``names_system``: the metadata names the generating system and its version.
    ``bilingual``: drawn words say it in Chinese and in English. ``signs_words``: texts are to
    bear a signed manifest too.
    """

    name: str
    decide: Decide
    chinese: bool
    names_system: bool = False
    bilingual: bool = False
    signs_words: bool = False

    def words(self, medium: Medium, lang: Lang) -> str:
        """The explicit label's standard words for a medium."""
        if not self.chinese:
            return terms.explicit_words(medium.value, lang)
        chinese = terms.explicit_words(medium.value, "zh")
        # What is spoken is spoken in one language.
        if not self.bilingual or medium is Medium.AUDIO:
            return chinese
        return f"{chinese} {terms.explicit_words(medium.value, 'en')}"

    def check_words(self, words: str) -> None:
        """Raises WordingNotCompliant for words that lack an element.

        Source: GB 45438-2025 5.1-5.6; English for both elements serves the other profiles.
        """
        from colophon.labels.explicit import wording

        judge = terms.has_required_elements if self.chinese else wording.is_compliant
        if not judge(words):
            raise WordingNotCompliant(text=words[:40])


def _europe(kind: Kind, action: Action, value: str) -> Duty:
    """Source: Regulation (EU) 2024/1689 Art. 50(2) marking, 50(4) disclosure of deep fakes.

    Whether a picture or film that shows no person deceives about things or events only its
    deployer knows: there the function is offered.
    """
    if value != LabelValue.IS:
        return Duty(NONE, "Reg. (EU) 2024/1689 Art. 50", "")
    fake = kind in _LIKENESS and action is not Action.EDITED
    if fake or action is Action.IDENTITY_CHANGED:
        return Duty(REQUIRED, "Reg. (EU) 2024/1689 Art. 50(4)", "")
    return Duty(OFFERED, "Reg. (EU) 2024/1689 Art. 50(4)", "")


def _california(kind: Kind, _action: Action, value: str) -> Duty:
    """Source: Cal. Bus. & Prof. Code 22757.3(a): the user is offered a manifest disclosure in
    image, video and audio; text is not covered.
    """
    offered = value == LabelValue.IS and kind is not Kind.TEXT
    return Duty(OFFERED if offered else NONE, "Cal. Bus. & Prof. Code 22757.3(a)", "")


def _strictest(kind: Kind, action: Action, value: str) -> Duty:
    duties = [decide(kind, action, value) for decide in (duty.decide, _europe, _california)]
    return max(duties, key=lambda one: _STRICT[one.explicit])


ALL: Mapping[str, Profile] = MappingProxyType(
    {
        "cn": Profile("cn", duty.decide, chinese=True),
        "eu": Profile("eu", _europe, chinese=False, signs_words=True),
        "us-ca": Profile("us-ca", _california, chinese=False, names_system=True),
        "all": Profile(
            "all", _strictest, chinese=True, names_system=True, bilingual=True, signs_words=True
        ),
    }
)


def profile(name: str) -> Profile:
    """A profile by its name. Raises UsageError for any other."""
    found = ALL.get(name)
    if found is None:
        raise UsageError(detail=f"profile {name}: {', '.join(ALL)}")
    return found
