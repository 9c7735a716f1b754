"""The seller's desk: each message is read, found in the table of moves, and answered as the shop's policy says."""

from __future__ import annotations

from collections.abc import Callable

from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO, Desk
from teiki_sim.draws import Purpose, bits53, hash64, spread, threshold
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.requests import letters, moves
from teiki_sim.requests.inbox import OTHER_REASON, Request, Sort
from teiki_sim.requests.moves import HOUR
from teiki_sim.requests.table import MOVES, Move, Where
from teiki_sim.standing import meaning
from teiki_sim.tables import DELIVERED

__all__ = ["Answers"]


class Answers(Desk):
    """Tasks that a buyer's message starts."""

    def _message(self, sub: int, order: int, request: Request) -> None:
        """Read a message: by its subject, who ships, and where the parcel is (AM-CAN-03, -04, -06, -07, -13)."""
        shop = self.shop
        if request.answered >= 0:
            return
        if self._slip("reply_forgotten", request):
            moves.may_be_late(shop, request, "operator", "reply_forgotten")
            if self._draw("mend", request) < threshold(shop.config.slips.mend):
                self.later(1, lambda: self._answer(request))
            return
        if self._read_too_late(request):
            return
        self._answer(request)

    def _answer(self, request: Request) -> None:
        shop, order = self.shop, request.order
        if request.answered >= 0:
            return
        here = moves.where(shop, order)
        request.case = "fba" if request.fba else here.value
        if moves.is_over(shop, order):
            request.outcome = request.policy = "already_over"
            moves.reply(shop, order, Move.ANSWER.value)
            return
        move = MOVES[request.sort, request.fba, here]
        answers: dict[Move, Callable[[Request], None]] = {
            Move.CONTACT_MARKETPLACE: self._contact,
            Move.CANCEL_IN_HISTORY: self._history,
            Move.APPROVE: self._approve,
            Move.REFUSE_PARCEL: self._refuse,
            Move.OFFER_RETURN: self._received,
            Move.TAKE_BACK: self._return,
            Move.ANSWER: self._plain,
        }
        answers[move](request)

    # -- the moves ---------------------------------------------------------------------------------

    def _contact(self, request: Request) -> None:
        """FBA: the buyer is told to contact the marketplace; asking it to do so only costs time (AM-CAN-03)."""
        shop, order, market = self.shop, request.order, self.shop.config.marketplace
        request.policy = market.fba_answer
        if market.fba_answer == "ask_marketplace" and request.outcome == "open":
            moves.ask_marketplace(shop, order, WHO)
            request.outcome = "marketplace_declined"
            shop.when(shop.now + 6 * HOUR, self.put, self._contact, request)
            return
        moves.reply(shop, order, Move.CONTACT_MARKETPLACE.value, WHO, "contact")
        request.outcome = "left_to_marketplace"
        if self._draw("follows", request) < threshold(market.follows_advice):
            shop.when(self._soon(request), moves.handle, shop, order)

    def _history(self, request: Request) -> None:
        """Informal: the buyer is asked to cancel from the order history, so that the request becomes formal."""
        shop, order, market = self.shop, request.order, self.shop.config.marketplace
        slipped = not shop.is_gone(order) and self._slip("cancelled_informally", request)
        if slipped and moves.approve(shop, order, WHO):
            request.policy, request.outcome = "slip", "cancelled"
            self._broke("cancelled_informally", request)
            return
        request.policy, request.outcome = "template", "asked_for_formal"
        moves.reply(shop, order, Move.CANCEL_IN_HISTORY.value, WHO, "history")
        if self._draw("follows", request) < threshold(market.follows_advice):
            shop.when(self._soon(request), self._follow, order)

    def _follow(self, order: int) -> None:
        shop = self.shop
        if order not in shop.inbox.formal and not moves.is_over(shop, order):
            letters.write_in_time(shop, order, Sort.FORMAL)

    def _approve(self, request: Request) -> None:
        """Formal and before dispatch: cancelled at once, at no cost (AM-CAN-06)."""
        shop, order = self.shop, request.order
        wrong = self._slip("wrong_cancel_reason", request)
        more = {"reason": OTHER_REASON} if wrong else {}
        if not moves.approve(shop, order, WHO, **more):
            self._refuse(request)  # the warehouse has let it go
            return
        request.policy, request.outcome = "slip" if wrong else "buyer_cancelled", "cancelled"
        if wrong:
            self._broke("wrong_cancel_reason", request)

    def _refuse(self, request: Request) -> None:
        """Formal and after dispatch: the parcel is to be refused, and approved once it is back (AM-CAN-07)."""
        shop, order, market = self.shop, request.order, self.shop.config.marketplace
        chosen = self._chosen_early(request)
        slipped = not chosen and self._slip("approved_before_return", request)
        if chosen or slipped:
            if chosen == "hard_case":
                shop.row(Kind.DECISION, order, WHO, code=shop.log.code("approve_early"))
            moves.approve(shop, order, WHO)
            request.policy, request.outcome = chosen or "slip", "cancelled_parcel_kept"
            request.lost = self._all_of_it(order)
            if slipped:
                self._broke("approved_before_return", request)
            return
        request.policy, request.outcome = "after_return", "waits_for_parcel"
        moves.reply(shop, order, Move.REFUSE_PARCEL.value, WHO, "refuse_parcel")
        shop.inbox.pending[order] = request
        if self._draw("refuses", request) < threshold(market.refuse_rate):
            shop.inbox.refusing.add(order)
        self._look_at_delivery(request)

    def _chosen_early(self, request: Request) -> str:
        """Why the shop's policy approves before the parcel is back, if it does (AM-CAN-08)."""
        market, order = self.shop.config.marketplace, request.order
        if market.approve == "at_once":
            return "at_once"
        if self.shop.orders.amount.item(order) < market.approve_early_below:
            return "small_amount"
        hard = self._draw("hard", request) < threshold(market.hard_cases)
        return "hard_case" if hard and market.approve_hard_cases else ""

    def _look_at_delivery(self, request: Request) -> None:
        """On the day of delivery the seller looks what became of the parcel."""
        shop = self.shop
        day = max(shop.orders.delivery.item(request.order), shop.today)
        at = day * DAY + 13 * HOUR
        shop.when(at + DAY if at <= shop.now else at, self._delivered, request)

    def _delivered(self, request: Request) -> None:
        """The buyer took it after all: tracking proves it, or the seller has nothing to show (AM-CAN-10)."""
        shop, order = self.shop, request.order
        if shop.inbox.pending.get(order) is not request or order in shop.inbox.refusing:
            return
        if not shop.orders.flags[order] & DELIVERED:
            self._look_at_delivery(request)
            return
        del shop.inbox.pending[order]
        if moves.is_tracked(shop, order):
            request.outcome = "received_proven"
            self.put(moves.reply, shop, order, Move.OFFER_RETURN.value, WHO, "received")
            return
        request.outcome, request.lost = "received_unproven", self._all_of_it(order)
        self.put(self._concede, order)

    def _concede(self, order: int) -> None:
        """Nothing proves that the parcel arrived, so the buyer gets the money back (modelled)."""
        moves.refund(self.shop, order, WHO, why="receipt_unproven")

    def _received(self, request: Request) -> None:
        """Delivered already: no cancel any more, but a return may be asked for."""
        request.policy, request.outcome = "template", "received_proven"
        moves.reply(self.shop, request.order, Move.OFFER_RETURN.value, WHO, "received")

    def _return(self, request: Request) -> None:
        """A return request: refunded at once or once the goods are back, with a label or without (AM-CAN-13)."""
        shop, order, market = self.shop, request.order, self.shop.config.marketplace
        small = shop.orders.amount.item(order) < market.refund_early_below
        early = market.refund == "at_once" or small
        request.policy = "refund_small" if small and market.refund != "at_once" else f"refund_{market.refund}"
        request.lost = market.postage
        if moves.label_if_possible(shop, order, WHO):
            request.lost += market.return_postage
        moves.reply(shop, order, Move.TAKE_BACK.value, WHO, "return")
        if early:
            moves.refund(shop, order, WHO)
        if early and self._draw("keeps", request) < threshold(market.keeps_goods):
            request.outcome, request.lost = "refunded_goods_kept", self._all_of_it(order)
            return
        request.outcome = "waits_for_goods"
        shop.inbox.pending[order] = request
        moves.send_back(shop, order)

    def _plain(self, request: Request) -> None:
        request.policy, request.outcome = "template", "answered"
        moves.reply(self.shop, request.order, Move.ANSWER.value, WHO)

    # -- parcels that are back -------------------------------------------------------------------------

    def asked_for(self, order: int, back: int) -> bool:
        """A parcel is here that a request (or the marketplace) was about; False where it concerns none."""
        shop, inbox = self.shop, self.shop.inbox
        inbox.refusing.discard(order)
        request = inbox.pending.pop(order, None)
        if request is None:
            left_to_it = shop.policy.takes_requests and moves.is_fba(shop, order)
            if left_to_it and meaning(shop, order) == OrderMeaning.SHIPPED:
                moves.take_back(shop, order, Actor.PROVIDER)
            return left_to_it
        if request.sort is Sort.RETURN:
            moves.take_back(shop, order, WHO)
            request.outcome = "returned"
            return True
        request.lost = shop.config.marketplace.postage
        if self._slip("approval_forgotten", request):
            request.outcome = "approval_forgotten"
            due = back + shop.config.grace.approval * DAY
            if shop.now > due:
                return True
            request.approval_told = True
            shop.truth.due(
                shop.now, "operator", "approval_forgotten", "INV-53", request.sub, order, due,
                lambda: meaning(shop, order) == OrderMeaning.SHIPPED,
            )  # fmt: skip
            if self._draw("mend", request) < threshold(shop.config.slips.mend):
                self.later(1, lambda: self._approve_at_last(request))
            return True
        self._approve_at_last(request)
        return True

    def _approve_at_last(self, request: Request) -> None:
        moves.approve(self.shop, request.order, WHO)
        request.outcome = "cancelled_parcel_back"

    # -- draws, slips, costs -----------------------------------------------------------------------------

    def _draw(self, what: str, request: Request) -> int:
        number = hash64(f"{what}:{request.sort.value}") & 0x3FFFFFFF
        return bits53(self.shop.seed, self.shop.consumer(request.order), Purpose.REQUEST, 1, number)

    def _soon(self, request: Request) -> int:
        """When a buyer does what the answer asks for: within half a day."""
        return self.shop.now + HOUR + spread(self._draw("when", request), 11 * HOUR)

    def _slip(self, name: str, request: Request) -> bool:
        chance = self.shop.slip_chance(name)
        return (
            bool(chance)
            and self._draw(name, request) < chance
            and self.shop.may_slip(request.sub, request.order)
        )

    def _broke(self, slip: str, request: Request) -> None:
        shop = self.shop
        shop.truth.broke(shop.now, "operator", slip, "INV-53", request.sub, request.order)

    def _read_too_late(self, request: Request) -> bool:
        """Timing: a formal request lies unread while its parcel is packed, and is found once it has left."""
        shop, order = self.shop, request.order
        leaves = shop.today * DAY + shop.ship_second
        waiting = request.sort is Sort.FORMAL and moves.where(shop, order) is Where.WAITING
        in_time = shop.orders.ship.item(order) <= shop.today and shop.now < leaves
        if not (waiting and not request.fba and in_time and leaves - request.at > moves.crossing(shop)):
            return False
        if not self._slip("dispatch_crosses", request):
            return False
        moves.may_cross(shop, request, "timing", "dispatch_crosses")
        shop.when(leaves + HOUR // 2, self.put, self._answer, request)
        return True

    def _all_of_it(self, order: int) -> int:
        """Goods and postage, with no sale (yen)."""
        market = self.shop.config.marketplace
        amount: int = self.shop.orders.amount.item(order)
        return round(amount * market.goods_cost) + market.postage
