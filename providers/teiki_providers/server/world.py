"""What a sandbox begins with: the instant, the seed, the providers' settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from teiki_providers.books import Book
from teiki_providers.house import House
from teiki_providers.instants import START, parse, text
from teiki_providers.said import Opening
from teiki_providers.scripts import Script
from teiki_providers.shelf import VENDOR_BOOKS
from teiki_sim.config import Provider
from teiki_sim.log.writer import Sink
from teiki_sim.messages import Method

__all__ = ["START", "World"]

_PROVIDERS = TypeAdapter(dict[str, Provider])


@dataclass(frozen=True)
class World:
    """The beginning of a sandbox; with the journal it gives the sandbox again."""

    start: int = parse(START)
    seed: int = 1
    providers: Mapping[str, Provider] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)
    """What dialects can be told, each under PROVIDER.name (see `House.settings`)."""

    def house(
        self,
        openings: Sequence[Opening],
        sinks: Sequence[Sink] = (),
        scripts: Sequence[Script] = (),
        books: Mapping[Method, Book] = VENDOR_BOOKS,
    ) -> House:
        """An empty house; its books are the vendors' own, unless a store's platform stands between."""
        return House(
            self.start, openings, self.seed, self.providers, scripts, books, sinks, settings=self.settings
        )

    def meta(self) -> dict[str, str]:
        """As the journal keeps it."""
        providers = _PROVIDERS.dump_python(dict(self.providers), mode="json", by_alias=True)
        return {
            "start": text(self.start),
            "seed": str(self.seed),
            "providers": json.dumps(providers, sort_keys=True),
            "settings": json.dumps(dict(self.settings), sort_keys=True),
        }

    @classmethod
    def from_meta(cls, meta: Mapping[str, str]) -> "World":
        """From the journal."""
        providers, settings = json.loads(meta["providers"]), json.loads(meta["settings"])
        return cls(parse(meta["start"]), int(meta["seed"]), providers_of(providers), settings)


def providers_of(values: Any) -> dict[str, Provider]:
    """Providers' settings from plain data; raises pydantic's ValidationError."""
    return _PROVIDERS.validate_python(values)
