"""Words of the sign-in package that read better in Chinese than its own catalogue has them.

Nothing calls these; they stand here so that our catalogue, which comes first, holds them.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from django.utils.translation import pgettext_lazy

WORDS = (
    _("Username or email"),
    _("If you have not created an account yet, then please %(link)ssign up%(end_link)s first."),
    pgettext_lazy("field label", "Login"),
)
