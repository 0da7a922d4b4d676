"""Words of the console's frame that its own package leaves in English: found by the catalogue.

Nothing calls these; they stand here so that they are translated with everything else.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Add new item"),
    _("Add row"),
    _("All applications"),
    _("Apply Filters"),
    _("Clear all filters"),
    _("Close"),
    _("Dark"),
    _("Date from"),
    _("Date to"),
    _("Filters"),
    _("General"),
    _("Go back"),
    _("Light"),
    _("Loading more results..."),
    _("Log out"),
    _("More actions"),
    _("Navigation"),
    _("Next"),
    _("No data"),
    _("No results found"),
    _("No results matching your query"),
    _("Previous"),
    _("Record picture"),
    _("Reset filters"),
    _("Run"),
    _("Run the selected action"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select value"),
    _("System"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Type to search"),
    _("Value"),
    _("Welcome"),
)
