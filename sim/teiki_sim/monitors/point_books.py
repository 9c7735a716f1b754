"""What rows said of points so far."""

from dataclasses import dataclass, field

from teiki_sim.point_account import Account


@dataclass(slots=True)
class PointBooks:
    """Accounts by subscription; what stands, and what was reversed, by order."""

    accounts: dict[int, Account] = field(default_factory=dict)
    granted: dict[int, int] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=dict)
    told: dict[int, int] = field(default_factory=dict)  # order -> instant of what was reported last

    def account(self, sub: int) -> Account:
        """A subscription's account."""
        return self.accounts.setdefault(sub, Account())
