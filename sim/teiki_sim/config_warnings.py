"""Settings that the platform takes and that are a mistake all the same: told before anything comes of them."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import NamedTuple

from teiki_sim.config import Config
from teiki_sim.policies import POLICIES

__all__ = ["CHECKS", "ConfigWarning", "warnings_of"]


class ConfigWarning(NamedTuple):
    """A rule that a configuration breaks, in words."""

    rule: str
    ja: str
    en: str


def _undone_by_nobody(config: Config) -> ConfigWarning | None:
    """EC-MY-04: customers who cancel cannot undo it."""
    page = config.account_page
    if not POLICIES[config.platform].has_account_page_settings or not page.mismatched:
        return None
    terms = page.terms
    return ConfigWarning(
        "EC-MY-04",
        f"マイページで解約すると「{terms.cancel_status}」になりますが、再開できるのは「{terms.resume_from}」だけです。"
        "お客様は自分の解約を取り消せません。",
        f"A cancel on the account page results in {terms.cancel_status}, but only {terms.resume_from} can be resumed "
        "there: customers cannot undo their own cancel.",
    )


CHECKS: MutableMapping[str, Callable[[Config], ConfigWarning | None]] = {"EC-MY-04": _undone_by_nobody}
"""By rule: says what is wrong, or nothing."""


def warnings_of(config: Config) -> list[ConfigWarning]:
    """Everything that is wrong with a configuration without being refused."""
    return [found for check in CHECKS.values() if (found := check(config)) is not None]
