"""An output directory that appears complete or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from teiki_scenarios.language import BadInput, refuse

__all__ = ["MARKS", "check_out", "whole_directory"]

MARKS = ("summary.json", "run.json", "forecast.json", "forecast.html", "audit.json")
"""Files by which a directory is known as an earlier output of teiki."""


def check_out(out: Path) -> None:
    """Raise BadInput where ``out`` holds something that is no output of teiki, or cannot be made."""
    try:
        if out.is_symlink() and not out.exists():
            raise refuse(str(out), "--out", "→", "存在するリンク先", "a link to something that exists")
        if out.exists() and not out.is_dir():
            raise _refused(out, out.name)
        if out.is_dir():
            found = sorted(path.name for path in out.iterdir())
            if found and not any(_is_mark(out / name) for name in found):
                raise _refused(out, ", ".join(found[:3]))
    except OSError as error:
        raise _failed(out, error) from None


@contextmanager
def whole_directory(out: Path) -> Iterator[Path]:
    """A directory to write in, which becomes ``out`` when the block ends well.

    An earlier output at ``out`` stays whole until then, and for good where the block fails.
    """
    check_out(out)
    target = out.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent))
    except OSError as error:
        raise _failed(out, error) from None
    try:
        yield made
        check_out(out)
        _open_to_others(made)
        try:
            _put_in_place(made, target)
        except OSError as error:
            raise _failed(out, error) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put_in_place(made: Path, target: Path) -> None:
    if not target.exists():
        made.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".old", dir=target.parent))
    try:
        earlier = aside / "earlier"
        target.rename(earlier)
        try:
            made.rename(target)
        except OSError:
            earlier.rename(target)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _open_to_others(made: Path) -> None:
    """A temporary directory is made for its owner alone; an output directory follows the umask."""
    mask = os.umask(0)
    os.umask(mask)
    made.chmod(0o777 & ~mask)


def _is_mark(path: Path) -> bool:
    if path.name != "summary.json":
        return path.name in MARKS
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and "config_digest" in content


def _refused(out: Path, found: str) -> BadInput:
    return refuse(
        str(out),
        "--out",
        found,
        "空のディレクトリ、以前の実行結果のディレクトリ、または存在しない名前",
        "an empty directory, one that an earlier run wrote, or a name that does not exist yet",
    )


def _failed(out: Path, error: OSError) -> BadInput:
    return refuse(
        str(out), "--out", error.strerror or error, "書き込めるディレクトリ", "a directory to write in"
    )
