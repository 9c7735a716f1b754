"""The section of a configuration about 要対応 on たまごリピート: its settings, and how often grounds turn up.

A description reads "日本語 · English"; the printed configuration carries it as a comment.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from teiki_sim.config_parts import Part, Rate

__all__ = ["Holds", "Person"]

Pattern = Literal["phone", "postcode", "name", "email"]


class Person(Part):
    """What a customer is recognised by; stand-ins will do, for they are only compared."""

    phone: str = Field(default="", description="電話番号 · telephone number")
    postcode: str = Field(default="", description="郵便番号 · postcode")
    name: str = Field(default="", description="名前 · name")
    email: str = Field(default="", description="メールアドレス · e-mail address")
    blacklisted: bool = Field(default=False, description="ブラックリスト客 · blacklisted")
    member: bool = Field(default=False, description="定期会員 · has the subscriber's discount")


class Holds(Part):
    """Needs-attention holds (要対応), on たまごリピート alone."""

    np_refused: Literal["hold_all", "cod_all", "cod_first"] = Field(
        default="cod_all",
        description="NP与信NG時: ①全て要対応, ②全て代引き, ③初回のみ代引き · what follows a refusal by NP (TR-NP-01)",
    )
    cod_later: bool = Field(
        default=True,
        description="定期2回目以降を代引きにできる · later deliveries may be cash on delivery (TR-MAIL-03)",
    )
    cod_single: bool = Field(
        default=True, description="通常注文を代引きにできる · ordinary orders may be (TR-MAIL-03)"
    )
    customer_check: list[Pattern] = Field(
        default_factory=list,
        description="顧客のチェック方法(一致で候補) · what makes a blacklist candidate, if any is equal (TR-HOLD-10)",
    )
    island_alert: bool = Field(
        default=False, description="離島アラート · orders from islands are held (TR-HOLD-14)"
    )
    island_postcodes: list[str] = Field(
        default_factory=list, description="離島の郵便番号 · the islands' postcodes"
    )
    member_discount: bool = Field(
        default=False, description="定期会員割引オプション · candidates are held (TR-HOLD-15)"
    )
    people: dict[str, Person] = Field(
        default_factory=dict, description="顧客ごとの情報(顧客番号) · customers by id"
    )
    coupon_guard: bool = Field(
        default=False,
        description="カート設定の会員登録制御 · the cart refuses a coupon used before (TR-MAIL-04)",
    )
    ground_rate: Rate = Field(
        default=0.001,
        description="注文時に理由が見つかる割合 · share of new orders with a ground found by chance (modelled)",
    )
