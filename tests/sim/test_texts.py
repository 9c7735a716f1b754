"""Texts: a list of strings that lies in one Arrow array."""

import numpy as np
import pytest

from teiki_sim.names import Texts


def test_texts_are_a_list_that_grows() -> None:
    texts = Texts(["a", "い", ""])
    assert list(texts) == ["a", "い", ""] and texts[-2] == "い" and texts[1:] == ["い", ""]
    texts.append("d")
    assert texts.take(np.array([3, 0, 3])).to_pylist() == ["d", "a", "d"]
    texts.append("e")
    assert texts.take(np.array([4, 1])).to_pylist() == ["e", "い"]
    assert len(texts) == 5 and texts[3] == "d" and texts.index("e") == 4
    with pytest.raises(IndexError):
        texts[5]
