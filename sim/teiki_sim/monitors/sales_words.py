"""Words for what goes wrong at a sale: limits, bound courses, the acquirer's requests, order numbers."""

from teiki_sim.messages import Method

__all__ = ["SALES_MESSAGES", "SALES_RULES"]

SALES_MESSAGES: dict[tuple[str, str], tuple[str, str]] = {
    ("INV-19", "stopped"): (
        "{order}は{opened_date}から出荷停止({reason})のまま、出荷予定日{date_date}を過ぎました。",
        "{order} has been under shipping stop since {opened_date} ({reason}), and its ship date {date_date} is over.",
    ),
    ("INV-19", "stopped_silently"): (
        "{order}は{opened_date}から通知のない出荷停止({reason})のまま、出荷予定日{date_date}を過ぎました。",
        "{order} was stopped without a notice on {opened_date} ({reason}), and its ship date {date_date} is over.",
    ),
    ("INV-20", "status_left"): (
        "{order}は{opened_date}に支払方法が変更され決済は済んでいますが、{at_date}になっても「出荷待ち」に戻っていません。",
        "{order}: its method was changed on {opened_date} and its payment is in order, but it is not 出荷待ち again by {at_date}.",
    ),
    ("INV-35", "over"): (
        "{order}で、同じ顧客の購入数が{found}個になりました。販売個数上限は{expected}個です({at_date})。",
        "{order}: its buyer has ordered {found} pieces by {at_date}; the limit is {expected}.",
    ),
    ("INV-35", "regained"): (
        "{order}で、同じ顧客の購入数は削除した注文を含めて{found}個です。注文の削除で上限{expected}個の枠が空きました({at_date})。",
        "{order}: its buyer has ordered {found} pieces by {at_date}, deleted orders included; the limit is {expected}.",
    ),
    ("INV-42", "nowhere"): (
        "{subscription}は{deliveries}回の縛りのあるコースですが、{at_date}の申込みで総額がどこにも表示されていません。表示義務は2017年12月1日施行の特定商取引法によります(その後の改正は対象外)。",
        "{subscription} is bound to {deliveries} deliveries, and its total was shown nowhere by {at_date}. The duty is that of the law of 2017-12-01; later amendments are not modelled.",
    ),
    ("INV-42", "differs"): (
        "{subscription}の申込みで表示した総額は{found_yen}ですが、{deliveries}回分の実際の合計は{expected_yen}です({at_date})。",
        "{subscription}: the total shown was {found_yen}; its {deliveries} deliveries come to {expected_yen} ({at_date}).",
    ),
    ("INV-42", "early_exit"): (
        "{subscription}は{deliveries}回の縛りのあるコースですが、{found}回で{at_date}に停止されました。",
        "{subscription} is bound to {deliveries} deliveries and was left after {found} on {at_date}.",
    ),
    ("INV-43", "early"): (
        "{subscription}は終了回数{expected}回のところ、{found}回の子注文で{at_date}に終了しました。",
        "{subscription} ended on {at_date} with {found} orders; its course has {expected}.",
    ),
    ("INV-43", "beyond"): (
        "{subscription}は終了回数{expected}回に達した後、{at_date}に{order}({cycle}回目)が生成されました。",
        "{subscription}: {order} (cycle {cycle}) was generated on {at_date}, after the {expected} orders of its course.",
    ),
    ("INV-48", "shipped"): (
        "カード会社から配送停止依頼のあった{order}が{at_date}に出荷されました。",
        "{order} left on {at_date} although the acquirer had asked to stop its delivery.",
    ),
    ("INV-48", "next"): (
        "{subscription}のカードには配送停止依頼がありましたが、{at_date}に{order}が生成されました。",
        "{order} was generated on {at_date} for {subscription}, whose card the acquirer had asked about.",
    ),
    ("INV-51", "form"): (
        "{order}の注文番号が決まった形になっていません({at_date})。",
        "{order}: its number does not have the form of an order number ({at_date}).",
    ),
    ("INV-51", "prefix"): (
        "{order}の注文番号の先頭が注文の種類(単品・定期)と合いません({at_date})。",
        "{order}: its number begins as that of another kind of order ({at_date}).",
    ),
    ("INV-51", "twice"): (
        "{order}の注文番号は{other_order}と同じです({at_date})。",
        "{order} has the number of another order, {other_order} ({at_date}).",
    ),
}  # fmt: skip

SALES_RULES: tuple[tuple[str, str | None, str, tuple[Method, ...] | None, str], ...] = (
    ("INV-19", None, "subscstore", None, "SS-STOP-04"),
    ("INV-20", "status_left", "subscstore", None, "SS-NP-02"),
    ("INV-35", None, "subscstore", None, "SS-LIM-04"),
    ("INV-42", "nowhere", "subscstore", None, "SS-LAW-02"),
    ("INV-42", None, "subscstore", None, "SS-LAW-03"),
    ("INV-48", None, "subscstore", None, "SS-PAY-05"),
)
