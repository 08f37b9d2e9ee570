"""What a process left that was killed while it saved: found by name and age, removed safely."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_VERSION: Final = re.compile(r"[a-z0-9-]+\.[0-9a-f]{12}\.(parquet|part)")
_CATALOGUE: Final = re.compile(r"catalogue\.sqlite\.[0-9a-f]{12}\.part(-wal|-shm|-journal)?")
_ANSWER: Final = re.compile(r".+\.answer\.[0-9a-f]{12}\.part")
_ARRAYS: Final = re.compile(r"\..+-[0-9a-f]{8}|.+\.[0-9a-f]{8,32}\.part")


@dataclass(frozen=True)
class Leftover:
    """Something in a workspace that no version and no answer refers to.

    Parameters
    ----------
    path : pathlib.Path
    bytes : int
    age_h : float
        Hours since it was last written.
    """

    path: Path
    bytes: int
    age_h: float


def find_leftovers(folder: Path, named: Collection[str], *, older_than_h: float) -> list[Leftover]:
    """List what killed savers left; whatever bears another name than a saver gives is somebody's own.

    Parameters
    ----------
    folder : pathlib.Path
        Of the workspace.
    named : collection of str
        Version files that the catalogue names.
    older_than_h : float
        A save that is still running writes younger files.

    Returns
    -------
    list of Leftover
        By path.
    """
    out = []
    for path in sorted(_candidates(folder, named)):
        try:
            parts = [path, *(path.rglob("*") if path.is_dir() and not path.is_symlink() else ())]
            facts = [part.lstat() for part in parts]
        except OSError:  # its saver finished meanwhile
            continue
        age_h = (time.time() - max(fact.st_mtime for fact in facts)) / 3_600
        if age_h >= older_than_h:
            out.append(Leftover(path, sum(fact.st_size for fact in facts), age_h))
    return out


def _candidates(folder: Path, named: Collection[str]) -> Iterator[Path]:
    for place, pattern in (
        ("versions", _VERSION),
        ("", _CATALOGUE),
        ("kept", _ARRAYS),
        ("answers", _ANSWER),
        ("coordinates", _ARRAYS),
    ):
        home = folder / place
        for path in home.iterdir() if home.is_dir() else ():
            if pattern.fullmatch(path.name) and path.name not in named:
                yield path


def remove(left: Leftover) -> bool:
    """Remove one of them; says whether it is gone."""
    try:
        if left.path.is_dir() and not left.path.is_symlink():
            shutil.rmtree(left.path)
        else:
            left.path.unlink()
    except OSError:
        return False
    return True
