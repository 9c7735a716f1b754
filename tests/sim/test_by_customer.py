"""A customer's subscriptions come from an index that is behind, as they would from a look through all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from teiki_sim.by_customer import ByCustomer


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=6), st.integers(1, 40), st.integers(0, 50))
def test_grows_with_the_column(steps: list[int], many: int, asked: int) -> None:
    column = (np.arange(sum(steps)) * 7919 % many).astype(np.int32)
    index, end = ByCustomer(), 0
    for step in steps:
        end += step
        known = column[:end]
        assert index.of(known, asked) == np.flatnonzero(known == asked).tolist()
