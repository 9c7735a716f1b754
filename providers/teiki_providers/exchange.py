"""What goes over a vendor's wire: a request, a reply, and what can befall the reply on its way.

No HTTP library is known here: the in-process door, the server and the spoken door turn their own
requests into these and back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

__all__ = ["Reply", "Request", "Trouble", "Turned", "Unheard"]

#: What happens to a call on the wire. ``lost``: it never arrived; ``reply_lost``: it was executed and the
#: connection closed without a word; ``reset``: the connection is reset before execution; ``truncated``
#: and ``malformed``: executed, and the answer arrives damaged.
Trouble = Literal["", "lost", "reply_lost", "reset", "truncated", "malformed"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived. Header names are in lower case; ``path`` is percent-decoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = ""
    #: Seconds since 1970 UTC by the listener's clock, to judge a client's stamp; None: stamps are not judged.
    wall: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``slow_ms`` is waited in real time before it is sent; ``transaction`` is the vendor's
    own id of what the call was about, ``""`` where there is none."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble = ""
    slow_ms: int = 0
    transaction: str = ""

    def telling(self, name: str, value: str) -> "Reply":
        """The same answer with another header."""
        headers = {**self.headers, name: value}
        return Reply(
            self.status, self.body, self.content_type, headers, self.trouble, self.slow_ms, self.transaction
        )

    def befallen(self, trouble: Trouble, slow_ms: int = 0) -> "Reply":
        """The same answer with what happens to it on its way; a damaged one has a damaged body."""
        body = self.body
        if trouble == "truncated":
            body = body[: len(body) // 2]
        elif trouble == "malformed":
            body = b"\x00\xff<" + body[::-1]
        return replace(self, body=body, trouble=trouble, slow_ms=slow_ms)


class Turned(Exception):
    """A request that the dialect turns away before it means anything: malformed, unsigned, forbidden."""

    def __init__(self, reply: Reply, why: str) -> None:
        super().__init__(why)
        self.reply = reply
        self.why = why


class Unheard(Exception):
    """No answer came, or none that can be read: the call was lost, or executed and its reply lost."""
