"""Default goods, carriers, payment methods and providers of a configuration.

Rates are modelled: ordinary figures of a Japanese subscription shop, meant to be replaced by a
shop's own (`teiki calibrate`). Codes are the providers' own where they are public.
"""

from __future__ import annotations

from teiki_sim.config_shop import Carrier, Gift, Goods, Payment, Provider

__all__ = [
    "METHODS",
    "METHOD_PROVIDER",
    "NO_DATE_CARRIERS",
    "PROVIDER_NAMES",
    "default_carriers",
    "default_gifts",
    "default_goods",
    "default_payments",
    "default_providers",
]

METHOD_PROVIDER: dict[str, str | None] = {
    "クレジットカード": "card",
    "NP後払い": "np",
    "NP後払いwiz": "np_wiz",
    "NPリアルタイム後払い": "np_realtime",
    "スコア後払い": "score",
    "Amazon Pay": "amazon_pay",
    "楽天ペイ": "rakuten_pay",
    "代引き": None,
    "銀行振込": None,
}
"""The payment methods by their Japanese name, each with its provider (None: nobody is asked)."""

METHODS: tuple[str, ...] = tuple(METHOD_PROVIDER)
"""The payment methods that a book can name."""

PROVIDER_NAMES: tuple[str, ...] = tuple(name for name in METHOD_PROVIDER.values() if name is not None)
"""The providers that a configuration describes."""

NO_DATE_CARRIERS = (
    "クロネコDM便",
    "ネコポス",
    "ゆうメール",
    "レターパック",
    "スマートレター",
    "ゆうパケット",
)
"""The carriers that take no delivery date (SS-FREQ-03)."""


def default_goods() -> dict[str, Goods]:
    """Five goods of a shop for food supplements and cosmetics."""
    return {
        "TEA-30": Goods(name="国産ごぼう茶 30包", price=2980, tax_rate=8),
        "AOJIRU-30": Goods(name="大麦若葉青汁 30包", price=3980, tax_rate=8),
        "SUPPLE-60": Goods(name="ルテインサプリ 60粒", price=4980, tax_rate=8),
        "LOTION-120": Goods(name="高保湿化粧水 120ml", price=5500, limit_per_customer=12, limit_per_order=4),
        "SERUM-30": Goods(name="美容液 30ml", price=7700, limit_per_customer=12, limit_per_order=4),
        "GIFT-POUCH": Goods(name="オリジナルポーチ", price=0),
    }


def default_gifts() -> list[Gift]:
    """A pouch with the third delivery."""
    return [Gift(count=3, product="GIFT-POUCH", name="3回目特典ポーチ")]


def default_carriers() -> dict[str, Carrier]:
    """Three parcel carriers of 3 calendar days, and the six that take no date (SS-FREQ-03)."""
    parcels = {name: Carrier(fee=550) for name in ("ヤマト運輸", "佐川急便", "ゆうパック")}
    letters = {
        name: Carrier(lead_days=4, lead_mode="business", date_choice=False, cod=False, fee=250)
        for name in NO_DATE_CARRIERS
    }
    return parcels | letters


def default_payments() -> dict[str, Payment]:
    """The nine methods with the fees and shares of an ordinary shop."""
    return {
        "クレジットカード": Payment(share=0.48, change_days=180),
        "NP後払い": Payment(fee=330, share=0.14),
        "NP後払いwiz": Payment(fee=330, share=0.08),
        "NPリアルタイム後払い": Payment(fee=330, share=0.04),
        "スコア後払い": Payment(fee=330, share=0.06),
        "Amazon Pay": Payment(share=0.09),
        "楽天ペイ": Payment(share=0.05, change_month_ends=1),
        "代引き": Payment(fee=330, share=0.05),
        "銀行振込": Payment(share=0.01),
    }


def default_providers() -> dict[str, Provider]:
    """The seven providers: card codes are GMO-PG's, NG codes NP's, reasons Amazon's, RI codes GMO-PG's.

    スコア publishes no code for a refusal: "NG" is the result itself. E01050004 is GMO-PG's input
    error that サブスクストア reports for cards mostly over their limit (SS-PAY-03).
    """
    ng = {"NG999": 0.7, "NG001": 0.3}
    return {
        "card": Provider(
            decline_rate=0.025,
            codes={
                "E01050004": 0.30,
                "42G120000": 0.28,
                "42G030000": 0.12,
                "42G020000": 0.10,
                "42G830000": 0.09,
                "42G550000": 0.05,
                "42G650000": 0.03,
                "42G300000": 0.02,
                "42G600000": 0.01,
            },
        ),
        "np": Provider(decline_rate=0.03, hold_rate=0.01, codes=ng),
        "np_wiz": Provider(decline_rate=0.03, hold_rate=0.01, codes=ng),
        "np_realtime": Provider(decline_rate=0.03, codes=ng),
        "score": Provider(decline_rate=0.02, hold_rate=0.02, codes={"NG": 1.0}, hold_ok=0.7, hold_ng=0.2),
        "amazon_pay": Provider(
            decline_rate=0.015,
            codes={
                "InvalidBillingAgreementStatus": 0.45,
                "PaymentPlanNotSet": 0.20,
                "InvalidPaymentMethod": 0.20,
                "AmazonRejected": 0.10,
                "TransactionTimedOut": 0.05,
            },
        ),
        "rakuten_pay": Provider(decline_rate=0.015, codes={"RI1009999": 0.8, "RI1000007": 0.2}),
    }
