"""What GMO-PG keeps of a Rakuten trade besides its standing: keys, the way back, the consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teiki_providers.rakuten_pay.trades import Trade

__all__ = ["START_LIMIT_S", "TERM_S", "GmoTrade"]

#: Recorded: the consumer has about two minutes from ExecTran to the start.
START_LIMIT_S = 120
#: From the start to the consumer's word, where PaymentTermSec says nothing (modelled).
TERM_S = 900


@dataclass(slots=True, kw_only=True)
class GmoTrade(Trade):
    """A trade entered with EntryTran."""

    access: str
    password: str
    token: str = ""
    start_by: int = 0
    started: bool = False
    term_s: int = 0
    back: str = ""
    back_failed: str = ""
    client: tuple[str, str, str] = ("", "", "")
    item: str = ""
    subscribes: bool = False
    consent: str = ""

    def take(self, fields: Mapping[str, Any]) -> None:
        """What ExecTran tells."""
        self.term_s = fields.get("PaymentTermSec", 0)
        self.back, self.back_failed = fields.get("RetURL", ""), fields.get("ErrorRcvURL", "")
        self.client = (
            fields.get("ClientField1", ""),
            fields.get("ClientField2", ""),
            fields.get("ClientField3", ""),
        )
        self.item = fields.get("ItemName", "")
        self.subscribes = fields.get("SubscriptionType") == "1"
