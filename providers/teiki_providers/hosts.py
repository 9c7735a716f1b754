"""The vendors' own hosts, by which an unmodified client is caught in-process and a TLS certificate is named.

All are documented by the vendors' public clients, but for スコア, whose host today is not public: the 2013 client's
stands for it.
"""

from collections.abc import Mapping

__all__ = ["VENDOR_HOSTS"]

VENDOR_HOSTS: Mapping[str, tuple[str, ...]] = {
    "card": ("p01.mul-pay.jp", "pt01.mul-pay.jp", "kt01.mul-pay.jp"),
    "deferred": (
        "cp.np-payment-gateway.com",
        "ctcp.np-payment-gateway.com",
        "collect-operation.nissen.co.jp",
    ),
    "amazon_pay": (
        "mws.amazonservices.jp",
        "mws.amazonservices.com",
        "mws-eu.amazonservices.com",
        "pay-api.amazon.jp",
        "pay-api.amazon.com",
        "pay-api.amazon.eu",
        "sns.ap-northeast-1.amazonaws.com",
    ),
    "rakuten_pay": ("my.checkout.rakuten.co.jp", "checkout.rakuten.co.jp"),
}
