"""The print data of wiz's bundled invoice, modelled on スコア's, since NP publishes none.

The consumer's name and address are not kept, so stand-ins are printed.
"""

from teiki_providers.deferred.cases import Case
from teiki_sim.calendar import DAY, iso, to_date
from teiki_sim.draws import hash64

__all__ = ["data"]


def data(case: Case, now: int, due_days: int) -> dict[str, str]:
    """The fields to print; repeated reads on a day give the same."""
    day = now // DAY
    due = to_date(day + due_days)
    key = hash64(f"invoice:{case.id}")
    return {
        "np_transaction_id": case.id,
        "shop_transaction_id": case.shop,
        "invoice_code": f"{key % 10**16:016d}",
        "invoice_bar_code": f"{key % 10**22:022d}{case.amount % 10**22:022d}",
        "billed_amount": str(case.amount),
        "invoice_date": iso(day),
        "payment_due_date": f"{due:%Y年%m月%d日}",
        "customer_name": "（ご購入者）様",
        "customer_address": "（ご購入者の住所）",
    }
