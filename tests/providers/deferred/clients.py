"""Clients as the public ones of NP and スコア are: plain `requests`, the documented paths, headers and fields."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

import requests

NP_BASE = "https://ctcp.np-payment-gateway.com/v1"
SCORE_BASE = "https://collect-operation.nissen.co.jp/direct"

BUYER = {
    "customer_name": "山田　太郎",
    "customer_name_kana": "ヤマダ　タロウ",
    "zip_code": "150-0002",
    "address": "東京都渋谷区渋谷1-2-3サンプルビル4F",
    "tel": "090-1234-5678",
    "email": "taro@example.jp",
}
DEST = {name: value for name, value in BUYER.items() if name != "email"}


class NpClient:
    """One merchant's terminal at NP."""

    def __init__(
        self,
        terminal: str = "np-terminal",
        merchant: str = "np-merchant",
        secret: str = "np-sp",
        base: str = NP_BASE,
    ) -> None:
        self.base = base
        self.auth = (merchant, secret)
        self.headers = {"X-NP-Terminal-Id": terminal}
        self._serial = itertools.count(1)

    def send(self, method: str, path: str, items: Any) -> requests.Response:
        """One request."""
        return requests.request(
            method,
            f"{self.base}/{path}",
            json={"transactions": items},
            auth=self.auth,
            headers=self.headers,
            timeout=5,
        )

    def order(self, amount: int = 3_000, shop: str = "", **more: Any) -> dict[str, Any]:
        """A registration's item."""
        buyer = {**BUYER, **more.pop("buyer", {})}
        dest = {**DEST, "tel": buyer["tel"], **more.pop("dest", {})}
        return {
            "shop_transaction_id": shop or f"S{next(self._serial)}",
            "shop_order_date": "2026-04-01",
            "settlement_type": "02",
            "billed_amount": amount,
            "customer": buyer,
            "dest_customer": dest,
            "goods": [{"goods_name": "青汁", "goods_price": amount, "quantity": 1}],
            **more,
        }

    def wiz(self, amount: int = 3_000, **more: Any) -> dict[str, Any]:
        """A registration with a bundled invoice: the recipient's fields are empty."""
        return self.order(amount, **{"settlement_type": "03", "dest": dict.fromkeys(DEST, ""), **more})

    def register(self, *items: dict[str, Any]) -> requests.Response:
        """Register transactions."""
        return self.send("POST", "transactions", list(items))

    def new(self, amount: int = 3_000, **more: Any) -> str:
        """One that is authorised; its id."""
        got = self.register(self.order(amount, **more)).json()["results"][0]
        assert got["authori_result"] == "00", got
        return str(got["np_transaction_id"])

    def update(self, identity: str, **fields: Any) -> requests.Response:
        """Edit."""
        return self.send("PATCH", "transactions/update", [{"np_transaction_id": identity, **fields}])

    def cancel(self, *ids: str) -> requests.Response:
        """Cancel."""
        return self.send("PATCH", "transactions/cancel", [{"np_transaction_id": i} for i in ids])

    def find(self, *ids: str) -> requests.Response:
        """Results of authorisations."""
        return self.send("POST", "authorizations/find", [{"np_transaction_id": i} for i in ids])

    def result(self, identity: str) -> str:
        """The result of one."""
        return str(self.find(identity).json()["results"][0]["authori_result"])

    def ship(
        self, identity: str, slip: str = "123456789012", company: str = "59010", **more: Any
    ) -> requests.Response:
        """Report a shipment."""
        item = {"np_transaction_id": identity, "pd_company_code": company, "slip_no": slip, **more}
        return self.send("POST", "shipments", [item])

    def payments(self, *ids: str) -> requests.Response:
        """What customers paid."""
        return self.send("POST", "transactions/payments/find", [{"np_transaction_id": i} for i in ids])

    def invoices(self, *ids: str) -> requests.Response:
        """Print data (modelled)."""
        return self.send("POST", "invoices/find", [{"np_transaction_id": i} for i in ids])

    def again(self, base: str, amount: int, shop: str = "again") -> requests.Response:
        """Register what is left of a sale."""
        item = {
            "base_np_transaction_id": base,
            "shop_transaction_id": shop,
            "shop_order_date": "2026-04-02",
            "billed_amount": amount,
            "goods": [{"goods_name": "青汁", "goods_price": amount, "quantity": 1}],
        }
        return self.send("POST", "transactions/reregister", [item])


def codes(response: requests.Response, place: int = 0) -> list[str]:
    """The codes of an answer's error."""
    assert response.status_code == 400, response.text
    return list(response.json()["errors"][place]["codes"])


class ScoreClient:
    """One shop at スコア."""

    def __init__(
        self, shop: str = "score-shop", password: str = "score-pass", base: str = SCORE_BASE
    ) -> None:
        self.base = base
        self.login = {"shopCode": shop, "shopPassword": password, "terminalId": "T1"}
        self._serial = itertools.count(1)

    def post(self, action: str, body: bytes | str) -> requests.Response:
        """One document as it is."""
        data = body.encode() if isinstance(body, str) else body
        return requests.post(
            f"{self.base}/{action}.do", data=data, headers={"Content-Type": "application/xml"}, timeout=5
        )

    def send(self, action: str, **parts: Any) -> ElementTree.Element:
        """One request; the answer's root."""
        root = ElementTree.Element("request")
        _grow(root, {"shopInfo": self.login, **parts})
        got = self.post(action, ElementTree.tostring(root, "utf-8", xml_declaration=True))
        assert got.status_code == 200, got.text
        return ElementTree.fromstring(got.content)

    def order(self, amount: int | str = 3_000, shop: str = "", **more: Any) -> dict[str, Any]:
        """A registration's parts."""
        buyer = {
            "shopTransactionId": shop or f"S{next(self._serial)}",
            "shopOrderDate": "2026/04/01",
            "fullName": "山田太郎",
            "tel": "0312345678",
            "email": "hanako@example.jp",
            "zipCode": "1500002",
            "address1": "東京都",
            "address2": "渋谷区渋谷1-2-3",
            "billedAmount": str(amount),
            "paymentType": "2",
            **more,
        }
        customer = {
            name: buyer[name]
            for name in ("fullName", "tel", "zipCode", "address1", "address2")
            if name in buyer
        }
        line = {"detailId": "1", "detailName": "青汁", "detailPrice": "3000", "detailQuantity": "1"}
        delivery = {"deliveryCustomer": customer, "details": {"detail": line}}
        return {
            "httpInfo": {"httpHeader": "h", "deviceInfo": "d"},
            "buyer": buyer,
            "deliveries": {"delivery": delivery},
        }

    def new(self, amount: int = 3_000, **more: Any) -> str:
        """One that is authorised; its id."""
        got = self.send("autotransaction", **self.order(amount, **more))
        assert got.findtext("transactionResult/authorResult") == "OK", ElementTree.tostring(got, "unicode")
        return str(got.findtext("transactionResult/nissenTransactionId"))

    def named(self, action: str, identity: str, amount: str = "", **parts: Any) -> ElementTree.Element:
        """An action on a transaction."""
        transaction = {"nissenTransactionId": identity, "shopTransactionId": "", "billedAmount": amount}
        return self.send(action, transaction=transaction, **parts)

    def result(self, identity: str) -> str:
        """The result of one."""
        return str(self.named("autogetauthor", identity).findtext("transactionResult/authorResult"))

    def ship(
        self, identity: str, slip: str = "123456789012", company: str = "12", amount: str = ""
    ) -> ElementTree.Element:
        """Report a shipment."""
        report = {"pdcompanycode": company, "slipno": slip, "address1": "東京都"}
        return self.named("autopdrequest", identity, amount, PdRequest=report)


def _grow(parent: ElementTree.Element, tree: dict[str, Any]) -> None:
    for name, value in tree.items():
        child = ElementTree.SubElement(parent, name)
        if isinstance(value, dict):
            _grow(child, value)
        else:
            child.text = str(value)


def errors(answer: ElementTree.Element) -> list[str]:
    """The codes of an answer's errors."""
    assert answer.findtext("result") == "NG"
    return [str(error.findtext("errorCode")) for error in answer.iter("error")]
