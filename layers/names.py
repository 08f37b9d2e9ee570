"""Vietnamese names: one normal form, and a folded form that ignores case, accents and đ."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["file_stem", "fold", "normal"]

_NOT_IN_FILES: Final = re.compile(r"[^\w .()-]|\.\.+")
_LONGEST_STEM: Final = 80
#: what Windows takes for a device, whatever its ending
_DEVICES: Final = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
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


def file_stem(name: str) -> str:
    """Turn a name that anybody may have given into one of a file: letters, digits and a few marks.

    Parameters
    ----------
    name : str
        Of a layer, from an upload or a field on a page.

    Returns
    -------
    str
        Never empty, never a path, never hidden; at most 80 letters.

    Examples
    --------
    >>> file_stem("../../etc/passwd"), file_stem("Đất ở: hiện trạng 2025"), file_stem("con")
    ('etc_passwd', 'Đất ở_ hiện trạng 2025', 'con_')
    """
    kept = _NOT_IN_FILES.sub("_", unicodedata.normalize("NFC", name))
    kept = kept[:_LONGEST_STEM].strip(" ._-") or "layer"
    return f"{kept}_" if kept.lower() in _DEVICES else kept
