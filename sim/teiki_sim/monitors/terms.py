"""The shop's terms that monitors go by; SETTING rows set them, also in mid-run."""

from teiki_sim.calendar import DAY
from teiki_sim.messages import Method
from teiki_sim.monitors.count_books import Tiers
from teiki_sim.monitors.leads import Leads

DEFAULTS: dict[str, int] = {
    "grace.payment_cancel": 3,
    "grace.ledger": 3,
    "grace.duplicate": 1,
    "grace.generation": 3,
    "grace.resume": 3,
    "grace.return_resolved": 14,
    "grace.capture": 5,
    "grace.method_switch": 2,
    "grace.rakuten": 7,
    "grace.reauth": 1,
    "grace.discard": 3,
    "grace.address": 3,
    "grace.instrument": 2,
    "grace.adjustment": 7,
    "grace.export": 2,
    "grace.points": 1,
    "grace.job_review": 2,
    "grace.recalculate": 1,
    "grace.count": 5,
    "jobs.page_size": 100,
    "jobs.count_surviving": 0,
    "points.per_10000_yen": 0,
    "grace.hold": 3,
    "grace.approval": 3,
    "schedule.generate_days_before_delivery": 7,
    "marketplace.reply_hours": 24,
    "marketplace.crossing_hours": 1,
    "marketplace.approve_at_once": 0,
    "marketplace.approve_early_below": 0,
    "platform": 0,
    "week_start": 6,
    "grace.escalation": 7,
    "lead_days": 3,
    "refusals_before_escalation": 3,
    "account.cancel": 1,
    "account.cancel_status": 0,
    "account.resume_from": 0,
    "account.card_change": 1,
    **{f"window.{method:d}.{unit}": -1 for method in Method for unit in ("days", "months")},
    "holds.np_refused": 0,
    "holds.cod_later": 1,
    "holds.cod_single": 1,
    "carriers.cod": -1,
    "carriers.default": 0,
    **{f"fee.{method}": 0 for method in range(len(Method))},
}
"""Terms where no row has set them; a grace is in days."""

_LIMIT = "goods.limit_per_customer"

PLATFORMS = ("subscstore", "ecforce", "tamago", "marketplace")


class Terms:
    """The terms as they stand."""

    def __init__(self) -> None:
        self._values = dict(DEFAULTS)
        self._graces: dict[str, int] = {}
        self.leads, self.tiers = Leads(), Tiers()
        self._limits: dict[int, int] = {}
        self._settle()

    def _settle(self) -> None:
        for name, days in self._values.items():
            if name.startswith("grace."):
                self._graces[name.removeprefix("grace.")] = days * DAY

    def set(self, name: str, value: int, product: int = -1) -> None:
        """A setting row; names that no monitor goes by are passed over."""
        if name == _LIMIT:
            self._limits[product] = value
        if name in self._values:
            self._values[name] = value
            self._settle()
        self.leads.set(name, value)
        self.tiers.set(name, value)

    def value(self, name: str) -> int:
        """A term as it stands."""
        return self._values[name]

    def grace(self, name: str) -> int:
        """Grace in seconds."""
        return self._graces[name]

    def window(self, method: int) -> tuple[int, int]:
        """How long after its capture a payment can be changed: days, ends of months after the capture's; -1: no end."""
        return self._values[f"window.{method}.days"], self._values[f"window.{method}.months"]

    def account(self, name: str) -> int:
        """A setting of the account page; a status as a `SubscriptionMeaning`, 0 for any."""
        return self._values[f"account.{name}"]

    @property
    def all_allowed(self) -> bool:
        """Whether the account page's settings forbid nothing."""
        forbids = not (self.account("cancel") and self.account("card_change"))
        return not forbids and self.account("cancel_status") == self.account("resume_from") == 0

    def limit(self, product: int) -> int | None:
        """The most pieces of a product that a customer may buy; None where there is no limit (SS-LIM-01)."""
        return self._limits.get(product)

    @property
    def generate_days(self) -> int:
        """Days before its delivery on which a child is generated."""
        return self._values["schedule.generate_days_before_delivery"]

    @property
    def point_rate(self) -> int:
        """Points that 10,000 yen of an order earn."""
        return self._values["points.per_10000_yen"]

    @property
    def lead_days(self) -> int:
        """Days from ship to delivery of the shop's usual carrier."""
        return self._values["lead_days"]

    @property
    def refusals(self) -> int:
        """Equal refusals on cycles running after which somebody has to decide (SS-NP-03)."""
        return self._values["refusals_before_escalation"]

    @property
    def page_size(self) -> int:
        """Orders on a page of search results."""
        return self._values["jobs.page_size"]

    @property
    def counts_surviving(self) -> bool:
        """Whether cancelled deliveries do not count, so that the count is lowered for them."""
        return bool(self._values["jobs.count_surviving"])

    @property
    def week_start(self) -> int:
        """The weekday on which weeks start (0 = Monday), for SS-FREQ-07."""
        return self._values["week_start"]

    @property
    def np_setting(self) -> int:
        """What follows a refusal by NP, 1 to 3; 0 where no setting says (TR-NP-01)."""
        return self._values["holds.np_refused"]

    @property
    def cod_later(self) -> bool:
        """Whether deliveries after the first may be cash on delivery."""
        return bool(self._values["holds.cod_later"])

    @property
    def cod_single(self) -> bool:
        """Whether ordinary orders may be cash on delivery."""
        return bool(self._values["holds.cod_single"])

    @property
    def cod_carriers(self) -> int:
        """The delivery methods that can do cash on delivery, as bits by their numbers."""
        return self._values["carriers.cod"]

    @property
    def default_carrier(self) -> int:
        """The number of the delivery method where no row tells one."""
        return self._values["carriers.default"]

    def fee(self, method: int) -> int:
        """What a payment method adds to an order (yen); -1 where it hangs on the goods."""
        return self._values[f"fee.{method}"]

    @property
    def platform(self) -> str:
        """Whose rules the shop lives by."""
        number = self._values["platform"]
        return PLATFORMS[number] if 0 <= number < len(PLATFORMS) else ""
