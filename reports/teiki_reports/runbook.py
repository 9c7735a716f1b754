"""The runbook's page: one file that prints well, from plain data."""

from collections.abc import Mapping
from typing import Any

from teiki_reports.pages import environment


def render(book: Mapping[str, Any]) -> str:
    """The page as HTML; ``book`` has lang, title, words and methods with their cells."""
    return environment().get_template("runbook.html.j2").render(book)
