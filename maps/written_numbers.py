"""Numbers as people write them, comma or point: read where they can mean one thing alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from maps.words import Words

__all__ = ["read_number", "reads_two_ways", "typed_number"]

#: digits with at most one mark
_PLAIN: Final = re.compile(r"[-−]?\d+(?:[.,]\d*)?|[-−]?[.,]\d+", re.ASCII)
#: thousands apart by one mark or a space, perhaps decimals after the other
_GROUPED: Final = re.compile(r"[-−]?[1-9]\d{0,2}([., ])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?", re.ASCII)
#: one language's thousand is the other's one and no more
_TWO_WAYS: Final = re.compile(r"[-−]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


def read_number(text: str) -> float | None:
    """Read a number that somebody typed.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None
        None for what is no number, and for what :func:`reads_two_ways`.

    Examples
    --------
    >>> read_number("0,05"), read_number("0.05"), read_number("1.234,5"), read_number("1 500")
    (0.05, 0.05, 1234.5, 1500.0)
    >>> read_number("1.500"), read_number("nhiều"), read_number("1e5")
    (None, None, None)
    """
    text = " ".join(text.split())
    if reads_two_ways(text):
        return None
    grouped = _GROUPED.fullmatch(text)
    if grouped is not None:
        text = text.replace(grouped[1], "")
    elif not _PLAIN.fullmatch(text):
        return None
    return float(text.replace(",", ".").replace("−", "-"))


def reads_two_ways(text: str) -> bool:
    """Say whether a number is a thousand in one language and a little more than one in the other.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool

    Examples
    --------
    >>> [reads_two_ways(text) for text in ("1.500", "1,500", "0,500", "1500", "12,5")]
    [True, True, False, False, False]
    """
    return bool(_TWO_WAYS.fullmatch(text.strip()))


def typed_number(value: float, words: Words) -> str:
    """Write a number for a box it may be changed in: the decimal mark of the language, no thousands apart.

    Parameters
    ----------
    value : float
    words : Words

    Returns
    -------
    str
        What :func:`read_number` reads again, to nine decimals.

    Examples
    --------
    >>> from maps.words import words
    >>> typed_number(0.05, words("vi")), typed_number(5000, words("vi")), typed_number(12.5, words("en"))
    ('0,05', '5000', '12.5')
    """
    text = f"{value:.9f}".rstrip("0").rstrip(".") or "0"
    text = "0" if text == "-0" else text
    if reads_two_ways(text):  # three decimals: one more says that they are
        text += "0"
    return text.replace(".", ",") if words.lang == "vi" else text
