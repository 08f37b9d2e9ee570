"""Workspaces that lie beside one another in one folder: which there are, and room for a new one."""

from __future__ import annotations

import re
from pathlib import Path

from layers.names import fold

__all__ = ["beside", "free_folder", "workspaces_beside"]

_CATALOGUE = "catalogue.sqlite"
_LONGEST = 60


def workspaces_beside(folder: Path | str) -> list[Path]:
    """List the workspaces that lie in the same folder as one of them, itself among them.

    Parameters
    ----------
    folder : pathlib.Path or str

    Returns
    -------
    list of pathlib.Path
        By name; a folder without a catalogue is no workspace.
    """
    home = Path(folder).resolve().parent
    try:
        return sorted(f for f in home.iterdir() if (f / _CATALOGUE).is_file())
    except OSError:  # a home that may not be looked into
        return []


def beside(folder: Path | str, name: str) -> Path | None:
    """Find a workspace beside another one by the name of its folder.

    Parameters
    ----------
    folder : pathlib.Path or str
    name : str
        Of the folder; from an address anybody can write, so it never leads out of the home of `folder`.

    Returns
    -------
    pathlib.Path or None
    """
    return next((found for found in workspaces_beside(folder) if found.name == name), None)


def free_folder(folder: Path | str, name: str) -> Path:
    """Find a folder for a new workspace beside another one.

    Parameters
    ----------
    folder : pathlib.Path or str
    name : str
        What people call the new one.

    Returns
    -------
    pathlib.Path
        Named in plain letters, and not there yet.

    Examples
    --------
    >>> free_folder("/data/quyhoach", "Huyện Đan Phượng / 2030").name
    'huyen-dan-phuong-2030'
    """
    home = Path(folder).resolve().parent
    stem = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:_LONGEST] or "workspace"
    wanted, n = home / stem, 2
    while wanted.exists():
        wanted, n = home / f"{stem}-{n}", n + 1
    return wanted
