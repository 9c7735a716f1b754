"""The language of messages: what was asked for, else what the locale says."""

import locale
import os
from collections.abc import Mapping

from teiki_sim.bad_input import BadInput, Language, Problem

__all__ = ["BadInput", "Language", "Problem", "by_locale", "refuse"]


def by_locale(environ: Mapping[str, str] = os.environ) -> Language:
    """ja where the locale's language is Japanese, else en."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "ja" if environ[name].lower().startswith("ja") else "en"
    return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"


def refuse(where: str, field: str, found: object, ja: str, en: str) -> BadInput:
    """One problem to raise: where it stands, what was found, what was expected."""
    return BadInput([Problem(where, field, str(found), ja, en)])
