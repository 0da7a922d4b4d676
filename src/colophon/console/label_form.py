"""The form of the label page: words, place, look and sound, checked by the law's own numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from colophon.console.trying import Wish
from colophon.errors import (
    Lang,
    ProfileIncomplete,
    StyleNotCompliant,
    UsageError,
    WordingNotCompliant,
)
from colophon.labels import profiles, style
from colophon.labels.explicit.placement import POSITIONS
from colophon.parties import operator

Choices = list[tuple[str, str | Promise]]
PERCENT = 100
PLACES: dict[str, str | Promise] = {
    "auto": _("where it covers least"),
    "bottom-right": _("at the bottom right"),
    "bottom-left": _("at the bottom left"),
    "top-right": _("at the top right"),
    "top-left": _("at the top left"),
    "bottom": _("at the bottom"),
    "top": _("at the top"),
    "left": _("at the left edge"),
    "right": _("at the right edge"),
}
RULES: dict[str, str | Promise] = {
    "cn": _("China: GB 45438-2025"),
    "eu": _("European Union: AI Act, Article 50"),
    "us-ca": _("California: SB 942"),
    "all": _("all three, the strictest of each"),
}
DRESSES: dict[str, str | Promise] = {
    "auto": _("a plate where the ground is restless"),
    "plate": _("always a plate"),
    "outline": _("an outline, never a plate"),
}
INKS: dict[str, str | Promise] = {
    "auto": _("what stands out more"),
    "light": _("light"),
    "dark": _("dark"),
}
SOUNDS: dict[str, str | Promise] = {
    "auto": _("spoken, where this machine can speak"),
    "speech": _("always spoken"),
    "rhythm": _("the rhythm short-long short-short"),
}


def page_lang() -> Lang:
    """The page's language as the pure rooms name it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _choices(words: dict[str, str | Promise], known: tuple[str, ...]) -> Choices:
    return [(value, words.get(value, value)) for value in known]


def _times() -> Choices:
    least = style.least_seconds()
    some = [least, least + 1, 5.0, style.MOST_SECONDS]
    return [
        ("", _("as long as the law asks")),
        *((f"{seconds:g}", _("%(count)s seconds") % {"count": f"{seconds:g}"}) for seconds in some),
        (style.WHOLE, _("from the first frame to the last")),
    ]


class LabelForm(forms.Form):
    """The label's words and style; a wish to try, or the profile to keep."""

    wording = forms.CharField(
        label=_("Words"), max_length=40, required=False,
        help_text=_("Empty: the standard’s own words for each medium."),
    )  # fmt: skip
    position = forms.ChoiceField(label=_("Place"))
    height = forms.FloatField(
        label=_("Height, percent of the shortest side"), required=False,
        widget=forms.NumberInput(attrs={"step": "0.5"}),
    )  # fmt: skip
    dress = forms.ChoiceField(label=_("Ground"))
    ink = forms.ChoiceField(label=_("Ink"))
    seconds = forms.ChoiceField(label=_("Shown in films"), required=False)
    sound = forms.ChoiceField(label=_("In sound"))
    profile = forms.ChoiceField(label=_("Rules"))
    system_name = forms.CharField(label=_("Generating system"), max_length=100, required=False)
    system_version = forms.CharField(label=_("Its version"), max_length=40, required=False)

    def __init__(self, data: Any = None, *, base: operator.Profile) -> None:
        initial = dataclasses.asdict(base)
        if base.height is not None:
            initial["height"] = round(base.height * PERCENT, 2)
        super().__init__(data, initial=initial)
        self.base = base
        self._offer("position", _choices(PLACES, ("auto", *POSITIONS)), base.position)
        self._offer("dress", _choices(DRESSES, style.DRESSES), base.dress)
        self._offer("ink", _choices(INKS, style.INKS), base.ink)
        self._offer("seconds", _times(), base.seconds)
        self._offer("sound", _choices(SOUNDS, style.SOUNDS), base.sound)
        self._offer("profile", _choices(RULES, tuple(profiles.ALL)), base.profile)
        least, most = style.least_height() * PERCENT, style.MOST_HEIGHT * PERCENT
        self.fields["height"].help_text = _(
            "%(least)s to %(most)s; empty: a little over the least (GB 45438-2025 5.2, 5.4)."
        ) % {"least": f"{least:g}", "most": f"{most:g}"}
        self.fields["height"].widget.attrs |= {"min": f"{least:g}", "max": f"{most:g}"}
        self.fields["height"].validators += [MinValueValidator(least), MaxValueValidator(most)]

    def _offer(self, name: str, choices: Choices, now: str) -> None:
        """The choices, with the present value among them whatever it is."""
        field = self.fields[name]
        if now not in {value for value, _words in choices}:
            choices = [*choices, (now, now)]
        field.choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        if values["height"] is not None:
            values["height"] /= PERCENT
        try:
            operator.check_label(dataclasses.replace(self.base, **values))
        except UsageError as error:
            self.add_error(_field_of(error), f"{error.cause(page_lang())} {_remedy(error)}")
        return values

    def chosen(self) -> operator.Profile:
        """The profile as the valid form has it."""
        return dataclasses.replace(self.base, **self.cleaned_data)


def wish(profile: operator.Profile) -> Wish:
    """What a profile makes of a label."""
    return Wish(
        wording=profile.wording,
        position=profile.position,
        profile=profile.profile,
        lang=page_lang(),
        style=operator.style(profile),
    )


def _field_of(error: UsageError) -> str | None:
    if isinstance(error, StyleNotCompliant):
        return str(error.details["field"])
    if isinstance(error, WordingNotCompliant):
        return "wording"
    return "system_name" if isinstance(error, ProfileIncomplete) else None


def _remedy(error: UsageError) -> str:
    if isinstance(error, ProfileIncomplete):
        return str(_("These rules have the metadata name the generating system."))
    return error.remedy(page_lang())
