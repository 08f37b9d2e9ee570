"""Vietnamese names: one normal form, and a folded form that ignores case, accents and đ."""

from __future__ import annotations

import unicodedata

__all__ = ["fold", "normal"]

_D = str.maketrans({"đ": "d", "Đ": "d"})


def normal(text: str) -> str:
    r"""Return text in Unicode form NFC with single spaces.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> len("Ha\u0300"), len(normal("Ha\u0300"))
    (3, 2)
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Return a form for comparing and searching: no accents, no case, đ as d.

    Tone marks are placed differently by different sources (Hòa, Hoà); folding drops the difference.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Folding it again changes nothing.

    Examples
    --------
    >>> fold("Xã Hoà Lạc") == fold("xã  Hòa lạc") == "xa hoa lac"
    True
    >>> fold("Đan Phượng")
    'dan phuong'
    """
    parts = unicodedata.normalize("NFD", text.translate(_D).casefold())
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())
