"""Columns that grow: the same in plain memory and in a file."""

import mmap
import os
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from teiki_sim import paged
from teiki_sim.paged import Columns

TYPES = {"order": (np.int32, -1), "flag": (np.bool_, 0), "key": (np.uint64, 7)}

in_files = pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="columns stay in memory here")


@pytest.fixture(params=["plain", "file"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways, on few rows."""
    monkeypatch.setattr(paged, "LARGE", 50 if request.param == "file" else 10**9)
    monkeypatch.setattr(paged, "STEP", 16)
    monkeypatch.setattr(paged, "_ROOM", 2)


@pytest.mark.usefixtures("large")
def test_what_was_written_stays_and_what_is_new_is_empty() -> None:
    columns = Columns(TYPES)
    wanted: dict[str, NDArray[Any]] = {name: np.empty(0, dtype) for name, (dtype, _) in TYPES.items()}
    for rows in (3, 49, 50, 51, 70, 400, 400, 1000, 20_000):
        had = columns.rows
        assert columns.reach(rows) == (rows > had)
        assert columns.rows >= rows
        for name, (dtype, empty) in TYPES.items():
            array = columns.arrays[name]
            assert array.dtype == dtype and len(array) == columns.rows
            assert (array[: len(wanted[name])] == wanted[name]).all()
            assert (array[len(wanted[name]) :] == empty).all()
            array[:] = np.arange(len(array)) % 3 == 1
            wanted[name] = array.copy()
    assert columns.nbytes == columns.rows * 13


@in_files
def test_rows_in_a_file_leave_memory_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "LARGE", 10)
    columns = Columns(TYPES, 1000)
    columns.arrays["order"][:] = np.arange(columns.rows)
    assert columns._file is not None
    columns._file.let_go()
    assert (columns.arrays["order"] == np.arange(columns.rows)).all()


@in_files
def test_a_view_from_before_growth_shows_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "LARGE", 10)
    columns = Columns(TYPES, 1000)
    before = columns.arrays["order"]
    columns.reach(columns.rows + 1)
    columns.arrays["order"][5] = 3
    assert before[5] == 3


@in_files
def test_a_full_disk_leaves_the_columns_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "LARGE", 10)
    columns = Columns(TYPES, 1000)
    columns.arrays["order"][:1000] = 5

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    columns.reach(columns.rows + 1)
    assert columns._file is None
    assert (columns.arrays["order"][:1000] == 5).all()
    assert columns.arrays["order"][-1] == -1


@in_files
def test_the_file_is_closed_with_the_last_array() -> None:
    columns = Columns({"order": (np.int32, -1)}, paged.LARGE)
    assert columns._file is not None
    descriptor = columns._file._descriptor
    os.fstat(descriptor)
    array = columns.arrays["order"]
    del columns
    assert (array == -1).all()
    with pytest.raises(OSError):
        os.fstat(descriptor)
