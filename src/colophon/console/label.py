"""The label page: how the operator's labels look and sound, tried before anything is kept.

Without script: the form shows what it would be, or keeps it; each sample is drawn by the code
that labels everything else, with what was measured beside it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from colophon.console import samples, trying
from colophon.console.label_form import PLACES, LabelForm, page_lang, wish
from colophon.errors import ColophonError
from colophon.labels import style
from colophon.parties import operator
from colophon.parties.accounts import Account, pseudonym
from colophon.store import clock

if TYPE_CHECKING:
    from colophon.labels.model import ExplicitWritten

NAMES = {
    "light": gettext_lazy("A light picture"),
    "dark": gettext_lazy("A dark picture"),
    "busy": gettext_lazy("A restless picture"),
    "portrait": gettext_lazy("An upright picture"),
    "tiny": gettext_lazy("A thumbnail"),
    "film": gettext_lazy("A film’s first frame"),
    "text": gettext_lazy("A text"),
    "sound": gettext_lazy("A sound"),
}
FORMS = {"speech": gettext_lazy("spoken"), "rhythm": gettext_lazy("rhythm")}
SHOWN = ("wording", "position", "height", "dress", "ink", "seconds", "sound", "profile",
         "system_name", "system_version")  # fmt: skip
PLACE = PLACES | {"start": gettext_lazy("at the start"), "end": gettext_lazy("at the end")}


@dataclass(frozen=True, slots=True)
class Number:
    """One measured value beside the least the standard asks for."""

    term: str
    value: str
    least: str = ""
    met: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample as the page shows it."""

    name: str
    title: str
    medium: str
    address: str
    text: str = ""
    numbers: tuple[Number, ...] = ()
    remarks: tuple[str, ...] = ()
    problem: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form and the samples; POST shows what the form says, or keeps it."""
    _allowed(request, "parties.view_operator")
    known = operator.find()
    base = operator.profile_of(known) if known else _none_yet()
    form = LabelForm(request.POST or None, base=base)
    chosen = base
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        if request.POST.get("act") == "keep" and known is not None:
            return _kept(request, chosen)
    may_keep = known is not None and request.user.has_perm("parties.change_operator")
    context = admin.site.each_context(request) | {
        "title": _("Label"),
        "form": form,
        "may_keep": may_keep,
        "unsaved": chosen != base,
        "shown": [_shown(sample, chosen) for sample in samples.ALL.values()],
    }
    status = 422 if form.errors else 200
    return render(request, "console/label.html", context, status=status)


@require_safe
def sample(request: HttpRequest, name: str) -> HttpResponse:
    """One sample under the label that the address describes."""
    _allowed(request, "parties.view_operator")
    known = operator.find()
    base = operator.profile_of(known) if known else _none_yet()
    form = LabelForm(request.GET, base=base)
    if name not in samples.ALL or not form.is_valid():
        raise Http404
    try:
        tried = trying.tried(name, wish(form.chosen()))
    except ColophonError as error:
        raise Http404 from error
    answer = HttpResponse(tried.data, content_type=tried.media_type)
    answer["Cache-Control"] = "private, max-age=300"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _allowed(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _none_yet() -> operator.Profile:
    """What labels look like before there is an operator."""
    return operator.Profile("", "", "")


def _kept(request: HttpRequest, chosen: operator.Profile) -> HttpResponse:
    _allowed(request, "parties.change_operator")
    user = request.user
    by = pseudonym(user) if isinstance(user, Account) else "nobody"
    operator.establish(chosen, by=by, now=clock.now())
    messages.success(request, _("Kept. Every label from now on looks like this."))
    return redirect("console-label")


def _shown(each: samples.Sample, chosen: operator.Profile) -> Shown:
    shown = Shown(
        name=each.name,
        title=str(NAMES[each.name]),
        medium=each.medium.value,
        address=reverse("console-label-sample", args=(each.name,)) + "?" + _settings(chosen),
    )
    try:
        tried = trying.tried(each.name, wish(chosen))
    except ColophonError as error:
        return dataclasses.replace(shown, problem=error.cause(page_lang()))
    notes = tuple(note.words(page_lang()) for note in tried.notes)
    return dataclasses.replace(
        shown, text=tried.text, numbers=_numbers(each, tried.written), remarks=notes
    )


def _settings(chosen: operator.Profile) -> str:
    values = {name: getattr(chosen, name) for name in SHOWN}
    if chosen.height is not None:
        values["height"] = f"{chosen.height * 100:g}"
    return urlencode({name: value for name, value in values.items() if value not in (None, "")})


def _numbers(each: samples.Sample, written: ExplicitWritten | None) -> tuple[Number, ...]:
    clause = Number(_("Clause"), f"GB 45438-2025 {each.clause}")
    if written is None:
        return (Number(_("Label"), _("none in the file")), clause)
    place = Number(_("Place"), str(PLACE.get(written.where, written.where)))
    numbers = [Number(_("Words"), written.text), place]
    found = style.measured(
        each.medium.value,
        height_ratio=written.height_ratio,
        contrast=written.contrast,
        seconds=written.seconds,
    )
    numbers += [_number(measure) for measure in found]
    if written.form in FORMS:
        numbers.append(Number(_("Form"), str(FORMS[written.form])))
    return (*numbers, clause)


def _number(measure: style.Measure) -> Number:
    terms = {"height": _("Height"), "contrast": _("Contrast"), "seconds": _("Time")}
    form = {"height": "{:.1%}", "contrast": "{:.1f}\u00a0:\u00a01", "seconds": "{:.1f}\u00a0s"}
    shown = form[measure.name]
    least = "" if measure.least is None else shown.format(measure.least)
    return Number(terms[measure.name], shown.format(measure.value), least, measure.met)
