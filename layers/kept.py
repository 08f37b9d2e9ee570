"""Arrays that were long in the making, kept on disk until somebody throws them away."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers._vouched import is_plain_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["kept_arrays", "sync_files"]


def kept_arrays(folder: Path | str, make: Callable[[], list[NDArray[Any]]]) -> list[NDArray[Any]]:
    """Map arrays from disk, or make and keep them.

    Parameters
    ----------
    folder : pathlib.Path or str
        There whole or not at all; named after all that the arrays depend on.
    make : callable
        Returns the arrays. Called where the folder is missing or damaged.

    Returns
    -------
    list of numpy.ndarray
        Read only, as mapped from disk; as made, where the disk takes none.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "squares"
    >>> kept_arrays(place, lambda: [np.arange(3) ** 2])[0].tolist()
    [0, 1, 4]
    >>> kept_arrays(place, lambda: [])[0].tolist()
    [0, 1, 4]
    """
    folder = Path(folder)
    try:
        return _opened(folder)
    except (OSError, ValueError, EOFError):
        made = make()
    draft = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
    try:
        draft.mkdir(parents=True)
        for n, values in enumerate(made):
            np.save(draft / f"{n:03d}.npy", values)
        (draft / "count").write_text(str(len(made)), encoding="utf-8")
        sync_files(draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
        return _opened(folder)
    except (OSError, ValueError):  # a full or read-only disk only makes the next start slower
        return made
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def sync_files(folder: Path) -> None:
    """Bring the files of a folder to the disk, or a power cut would leave names without content.

    Parameters
    ----------
    folder : pathlib.Path
    """
    for path in filter(is_plain_file, folder.iterdir()):
        with path.open("rb+") as handle:
            os.fsync(handle.fileno())


def _opened(folder: Path) -> list[NDArray[Any]]:
    many = int(_plain(folder / "count").read_text(encoding="utf-8"))
    return [np.load(_plain(folder / f"{n:03d}.npy"), mmap_mode="r") for n in range(many)]


def _plain(path: Path) -> Path:
    if not is_plain_file(path):
        raise FileNotFoundError(2, "no plain file", path.name)
    return path
