"""Lines from a store to a sandbox in the same process: spoken (bytes handed over) and through an HTTP client."""

from collections.abc import Mapping
from typing import Any

import requests

from teiki_providers import door_calls
from teiki_providers.door_calls import Row, RowKeeper
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.house import House
from teiki_providers.inprocess import Sandbox, answer

__all__ = ["HouseLine", "InProcessLine"]

#: Bare paths of a vendor's wire go to some host; a sandbox doesn't care which.
_ANYWHERE = "https://sandbox.invalid"


class HouseLine:
    """Speaks to a house directly, in the vendors' bytes."""

    def __init__(self, house: House, keeper: RowKeeper) -> None:
        self.house = house
        self._keeper = keeper

    def send(self, request: Request) -> Reply:
        """One request; raises `Unheard` where the answer is lost or damaged."""
        reply = answer(self.house, request)
        if reply.trouble:
            raise Unheard(reply.trouble)
        return reply

    def call(self, what: str, given: Mapping[str, Any]) -> Any:
        """Ask beside the wire."""
        return door_calls.call(self.house, what, given)

    def rows(self) -> list[Row]:
        """The provider's rows since the last time."""
        self.house.log.flush()
        return self._keeper.fetch()

    def close(self) -> None:
        """Nothing is open."""


class InProcessLine(HouseLine):
    """Speaks to a house through `requests`, caught by `responses`."""

    def __init__(self, house: House, keeper: RowKeeper) -> None:
        super().__init__(house, keeper)
        self._session = requests.Session()
        self._sandbox = Sandbox(house=house, everywhere=True)
        self._sandbox.open()

    def send(self, request: Request) -> Reply:
        """One request; raises `Unheard` where the answer is lost or damaged."""
        return send(self._session, _ANYWHERE, request)

    def close(self) -> None:
        """Let go of `requests`."""
        self._session.close()
        self._sandbox.close()


def send(session: requests.Session, base: str, request: Request) -> Reply:
    """Send a request by HTTP and read the whole answer; raises `Unheard` where it can't be had."""
    url = base + request.path + (f"?{request.query}" if request.query else "")
    try:
        got = session.request(
            request.method,
            url,
            data=request.body,
            headers=dict(request.headers),
            timeout=60,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise Unheard(type(error).__name__) from error
    headers = {name.lower(): value for name, value in got.headers.items()}
    return Reply(got.status_code, got.content, headers.get("content-type", ""), headers)
