"""The providers' own rows in the log: written here and nowhere else."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_providers.ledger import Ledger
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.writer import Log
from teiki_sim.messages import Charges, Outcome

_KINDS = (
    (Outcome.ACCEPTED, Kind.AUTHORISED),
    (Outcome.DECLINED, Kind.DECLINED),
    (Outcome.PENDING, Kind.PENDING),
)


class Entries:
    """Writes rows of side ``provider``."""

    def __init__(self, log: Log, ledger: Ledger) -> None:
        self._log = log
        self._ledger = ledger

    def charges(
        self,
        charges: Charges,
        numbers: NDArray[np.int32],
        result: NDArray[np.uint8],
        code: NDArray[np.int64],
    ) -> None:
        """Verdicts on new charges: a batch of rows for each kind that occurs."""
        columns: dict[str, Any] = {
            "sub": charges.sub,
            "order": charges.order,
            "cycle": charges.cycle,
            "method": charges.method,
            "transaction": numbers,
            "amount": charges.amount,
            "code": code,
        }
        for outcome, kind in _KINDS if result.any() else _KINDS[:1]:
            rows = result == outcome
            if rows.all():
                self._many(kind, charges.at, columns)
            elif rows.any():
                self._many(kind, charges.at, {name: column[rows] for name, column in columns.items()})

    def many(
        self,
        kind: Kind,
        at: int,
        transactions: NDArray[np.int32],
        amount: NDArray[np.int32],
        code: str | NDArray[np.int64] = "",
    ) -> None:
        """Rows of one kind about transactions of the ledger; a code that is a number is a slip number."""
        ledger = self._ledger
        columns: dict[str, Any] = {
            "sub": ledger.sub[transactions],
            "order": ledger.order[transactions],
            "cycle": ledger.cycle[transactions],
            "method": ledger.method[transactions],
            "transaction": transactions,
            "amount": amount,
            "code": self._log.code(code) if isinstance(code, str) else code,
        }
        self._many(kind, at, columns)

    def one(self, kind: Kind, at: int, transaction: int, amount: int, code: str | int = "") -> None:
        """A row about one transaction of the ledger; a code that is a number is a slip number."""
        ledger, log = self._ledger, self._log
        log.one(
            kind, at, Side.PROVIDER, None, ledger.sub.item(transaction), ledger.order.item(transaction),
            ledger.cycle.item(transaction), Actor.PROVIDER, ledger.method.item(transaction), transaction,
            amount=amount, code=log.code(code) if isinstance(code, str) else code,
        )  # fmt: skip

    def printed(self, at: int, transaction: int) -> None:
        """The print data of an invoice were downloaded."""
        ledger = self._ledger
        self._log.one(
            Kind.INVOICE_PRINTED,
            at,
            Side.PROVIDER,
            actor=Actor.PROVIDER,
            sub=int(ledger.sub[transaction]),
            order=int(ledger.order[transaction]),
            cycle=int(ledger.cycle[transaction]),
        )

    def many_printed(self, at: int, transactions: NDArray[np.int32]) -> None:
        """The print data of these invoices were downloaded."""
        ledger = self._ledger
        columns = {
            "sub": ledger.sub[transactions],
            "order": ledger.order[transactions],
            "cycle": ledger.cycle[transactions],
        }
        self._many(Kind.INVOICE_PRINTED, at, columns)

    def _many(self, kind: Kind, at: int, columns: dict[str, Any]) -> None:
        self._log.many(kind, at, len(columns["sub"]), Side.PROVIDER, actor=Actor.PROVIDER, **columns)
