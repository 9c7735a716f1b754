"""All books, by payment method."""

from collections.abc import Mapping, MutableMapping

from teiki_providers.amazon_pay.book import BOOK as AMAZON_PAY
from teiki_providers.books import Book
from teiki_providers.card.book import BOOK as CARD
from teiki_providers.card.book import VENDOR_BOOK as CARD_ITSELF
from teiki_providers.deferred.book import NP_BOOK, REALTIME_BOOK, SCORE_BOOK, WIZ_BOOK
from teiki_providers.rakuten_pay.book import BOOK as RAKUTEN_PAY
from teiki_sim.messages import Method

BOOKS: MutableMapping[Method, Book] = {
    book.method: book
    for book in (CARD, NP_BOOK, WIZ_BOOK, REALTIME_BOOK, SCORE_BOOK, AMAZON_PAY, RAKUTEN_PAY)
}

#: For clients other than teiki's own store: what the vendors permit where no platform stands between.
VENDOR_BOOKS: Mapping[Method, Book] = {**BOOKS, Method.CARD: CARD_ITSELF}
