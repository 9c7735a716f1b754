"""The families of GMO-PG's codes, from which each single code gets its meaning.

``E01`` + item + reason are faults of input; ``42Gxx0000`` are refusals of the card company, whose reason is not
disclosed; ``42Cxx0000`` are failures between the networks, after which the outcome is unknown.
"""

from collections.abc import Iterator

from teiki_providers.books import Code

__all__ = ["FAILURES", "GATEWAY", "REFUSALS", "communication", "declines", "gateway", "inputs"]

_LIST = "GMO-PG error code list"
_NETWORK = "GMO-PG error code list; finer meanings from general lists of card codes"

#: Reasons of input faults, the last four digits of an ``E01`` code.
_REASONS = {
    "0001": ("指定されていません", "missing"),
    "0002": ("存在しないか、定義されていません", "does not exist or is not defined"),
    "0003": ("桁数が違います", "wrong length"),
    "0004": ("今は実行できません", "can't be executed now"),
    "0005": ("桁数が多すぎます", "too many digits"),
    "0006": ("数字ではありません", "not numeric"),
    "0007": ("許された値ではありません", "not one of the permitted values"),
    "0008": ("書式または文字が誤っています", "bad format or characters"),
    "0009": ("数が上限を超えています", "more than the number permitted"),
    "0010": ("一致しないか、重複するか、許されていません", "mismatch, duplicate or not permitted"),
    "0011": ("範囲外です", "out of range"),
    "0012": ("バイト数が多すぎます", "too many bytes"),
    "0013": ("使えない文字があります", "characters not permitted"),
}
#: Items of input faults, with the reasons that the list has for each.
_ITEMS = {
    "01": ("ShopID", "01 08 10"),
    "02": ("ShopPass", "01 08"),
    "03": ("ShopID, ShopPass", "02"),
    "04": ("OrderID", "01 03 10 13"),
    "05": ("JobCd", "01 02 04"),
    "06": ("Amount", "01 05 06 10 11"),
    "07": ("Tax", "05 06"),
    "08": ("TdFlag", "07 10"),
    "09": ("AccessID", "01 08"),
    "10": ("AccessPass", "01 08"),
    "11": ("AccessID, AccessPass", "02 10"),
    "13": ("CardName", "12"),
    "17": ("CardNo", "01 03 06 11"),
    "18": ("Expire", "01 03 06 08 11"),
    "19": ("SiteID", "01 08"),
    "20": ("SitePass", "01 07 08"),
    "21": ("SiteID, SitePass", "02"),
    "22": ("MemberID", "01 05 08 10 12"),
    "23": ("CardSeq", "01 06 09"),
    "24": ("CardSeq, MemberID", "02 12"),
    "25": ("CardPass", "08 10"),
    "26": ("Method", "01 02 10"),
    "27": ("PayTimes", "01 05 06 10"),
    "32": ("ClientField1", "12 13"),
    "33": ("ClientField2", "12 13"),
    "34": ("ClientField3", "12 13"),
    "37": ("TdTenantName", "08 12"),
    "39": ("SiteID, MemberID", "02 10"),
    "40": ("ClientFieldFlag", "07"),
    "41": ("transaction lock", "10"),
    "42": ("authorisation validity", "10"),
    "43": ("MemberName", "12"),
    "44": ("DefaultFlag", "08"),
    "45": ("ItemCode", "08"),
    "46": ("SecurityCode", "08"),
    "47": ("SeqMode", "08"),
    "48": ("HolderName", "08 11"),
    "49": ("Amount + Tax", "05"),
    "51": ("DisplayDate", "05 10 11 12"),
    "84": ("combination of fields", "10"),
    "86": ("UseSiteMaskLevel", "08"),
}
#: Refusals of the card company, by the two digits of ``42Gxx0000``.
REFUSALS = {
    "02": ("残高不足", "balance insufficient"),
    "03": ("限度額超過", "over the card's limit"),
    "04": ("残高不足", "balance insufficient"),
    "05": ("限度額超過", "over the card's limit"),
    "06": ("デビット口座の残高不足", "debit account short"),
    "07": ("限度額超過", "over the card's limit"),
    "12": ("カード使用不可", "the card can't be used"),
    "22": ("カード使用不可(永久)", "permanently barred"),
    "30": ("カード会社による保留", "held: the card company suspects misuse"),
    "42": ("暗証番号誤り", "PIN wrong"),
    "43": ("暗証番号誤り", "PIN wrong"),
    "44": ("セキュリティコード誤り", "security code wrong"),
    "45": ("セキュリティコードなし", "security code missing"),
    "54": ("1日の利用回数または金額の超過", "daily number or amount of uses exceeded"),
    "55": ("1日の限度額超過", "daily limit exceeded"),
    "56": ("カード取り込み", "card to be withheld"),
    "60": ("事故カード", "reported lost or misused"),
    "61": ("無効カード", "invalid card"),
    "65": ("カード番号誤り", "card number wrong"),
    "67": ("商品コード誤り", "item code wrong"),
    "68": ("金額誤り", "amount wrong"),
    "69": ("税送料誤り", "tax wrong"),
    "70": ("ボーナス回数誤り", "bonus count wrong"),
    "71": ("ボーナス月誤り", "bonus month wrong"),
    "72": ("ボーナス額誤り", "bonus amount wrong"),
    "73": ("支払開始月誤り", "first month wrong"),
    "74": ("分割回数誤り", "number of instalments wrong"),
    "75": ("分割金額誤り", "instalment amount wrong"),
    "76": ("初回金額誤り", "first amount wrong"),
    "77": ("業務区分誤り", "operation class wrong"),
    "78": ("支払区分誤り", "payment class wrong"),
    "79": ("照会区分誤り", "inquiry class wrong"),
    "80": ("取消区分誤り", "cancel class wrong"),
    "81": ("取消取扱区分誤り", "cancel handling class wrong"),
    "83": ("有効期限誤り", "expired"),
    "84": ("使用不可", "can't be used"),
    "85": ("口座使用不可", "account can't be used"),
    "91": ("カード会社のシステム停止", "the card company's system is down"),
    "92": ("使用不可", "can't be used"),
    "95": ("カード会社のサービス時間外", "the card company's online service is closed"),
    "96": ("事故カード", "reported card"),
    "97": ("要求拒否", "request refused"),
    "98": ("会社対象外", "not accepted by that company"),
    "99": ("接続対象外", "not connected with that company"),
}
#: Failures between the networks, by the two digits of ``42Cxx0000``.
FAILURES = (
    "01", "03", "12", "13", "14", "15", "33", "50", "51", "53", "54", "55", "56", "57", "58", "60", "70", "71", "72", "73",
    "74", "75", "76", "77", "78",
)  # fmt: skip
#: Everything else that the gateway itself answers: meaning in both languages, whether a later try can do better.
GATEWAY = {
    "E00000010": ("要求が読めない", "empty or unreadable body", False),
    "E01030061": ("この区分は契約にない", "not in the contract", False),
    "E11010099": ("カードを利用できない", "no acquirer found for the card", False),
    "E11010999": ("すでに完了している可能性がある", "may already be complete", False),
    "E21030001": ("3Dセキュア2の開始に失敗", "3-D Secure 2 could not be initialised", False),
    "E21030007": ("3Dセキュア2の認証に失敗", "3-D Secure 2 failed", False),
    "E21030201": ("カード会社が3Dセキュア2に未対応", "the card company has no 3-D Secure 2", False),
    "E21030202": ("3Dセキュア2が必須", "3-D Secure 2 is compulsory and was not done", False),
    "E31500014": ("GETは使えない", "GET used", False),
    "E41170002": ("対応していないカード会社", "card company not accepted", False),
    "E41170099": ("カード番号に誤り", "check digit of the card number wrong", False),
    "E61040001": ("カード番号を直接扱えない契約", "raw card numbers are barred", False),
    "E90010001": ("二重送信", "double submission", False),
    "E91019999": ("内部エラー", "system error; look it up", True),
    "E91020001": ("時間切れ", "timed out; look it up", True),
    "E91099999": ("予期しないエラー", "unexpected error; look it up", True),
    "EX1000301": ("トークンが存在しない", "token unknown", False),
    "EX1000302": ("トークンは使用済み", "token used", False),
    "EX1000303": ("トークンの期限切れ", "token expired", False),
    "EX1000304": ("トークンが不正", "token invalid", False),
    "M01004001": ("OrderIDがない", "OrderID missing", False),
    "M01004002": ("OrderIDが存在しない", "OrderID unknown", False),
    "M01004014": ("すでに決済を依頼済み", "settlement already requested", False),
    "M01051001": ("PayTypeがない", "PayType missing", False),
    "M01051005": ("PayTypeの桁数超過", "PayType has too many digits", False),
    "M01051011": ("PayTypeが範囲外", "PayType out of range", False),
}


def inputs() -> Iterator[Code]:
    """Faults of input."""
    for item, (field, reasons) in _ITEMS.items():
        for reason in reasons.split():
            ja, en = _REASONS[f"00{reason}"]
            yield Code(f"E01{item}00{reason}", f"{field}: {ja}", f"{field}: {en}", False, _LIST)


def declines() -> Iterator[Code]:
    """Refusals of the card company."""
    for xx, (ja, en) in REFUSALS.items():
        yield Code(f"42G{xx}0000", ja, en, False, _NETWORK)


def communication() -> Iterator[Code]:
    """Failures between the networks."""
    for xx in FAILURES:
        ja, en = "カードネットワークとの通信失敗", "network or card company unreachable; look it up"
        yield Code(f"42C{xx}0000", ja, en, True, _LIST)


def gateway() -> Iterator[Code]:
    """What the gateway itself answers."""
    for code, (ja, en, retry) in GATEWAY.items():
        yield Code(code, ja, en, retry, _LIST)
