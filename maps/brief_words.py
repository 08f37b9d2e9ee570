"""Clauses and names where a table has little room for them: what tells one from another stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.words import Words

__all__ = ["brief_clause", "brief_name", "fitted"]

#: the circular that issued a standard, the bodies in the number of a paper and of a standard, the number of
#: a law whose year tells it, and the marks before articles, clauses and points
_LEFT_OUT: Final = (
    (re.compile(r"\s*\((?:TT|Thông tư|Circular) [^)]*\)"), ""),
    (re.compile(r"(\d+/\d{4})/[A-ZĐ][\w-]*"), r"\1"),
    (re.compile(r"\b((?:QCVN|QCXDVN|TCVN) [\d:]+)/[A-ZĐ]+"), r"\1"),
    (re.compile(r"(Luật [^\d,;]+|Law on [^\d,;]+|\w+ Law )\d+/(\d{4})"), r"\1\2"),
    (re.compile(r", (?=Điều|Art\.|Bảng|Table)"), " "),
    (re.compile(r"(?<=\d) khoản (?=\d)"), "."),
    (re.compile(r"(?<=\d) điểm (?=[a-zđ]\b)"), ""),
)
_GAP: Final = "…"


def brief_clause(text: str, words: Words) -> str:
    """Write a clause in as few letters as still name it.

    Parameters
    ----------
    text : str
        From :func:`maps.tables.clause_of`.
    words : Words

    Returns
    -------
    str
        Number and year of the paper, article, clause and point.

    Examples
    --------
    >>> from maps.words import words
    >>> brief_clause("Nghị định 32/2024/NĐ-CP, Điều 8 khoản 1 điểm a", words("vi"))
    'NĐ 32/2024 Điều 8.1a'
    >>> brief_clause("Land Law 31/2024/QH15, Art. 121.1b", words("en"))
    'Land Law 2024 Art. 121.1b'
    """
    for pattern, kept in _LEFT_OUT:
        text = pattern.sub(kept, text)
    for long, short in zip(words("brief.long").split("|"), words("brief.short").split("|"), strict=True):
        text = text.replace(long, short)
    return text


def brief_name(text: str, most: int) -> str:
    """Write a name in a narrow column: its end tells it from its neighbours as often as its beginning.

    Parameters
    ----------
    text : str
    most : int
        Letters there is room for.

    Returns
    -------
    str
        Words in the middle left out where it is longer, never the first or the last.

    Examples
    --------
    >>> brief_name("Trạm xử lý nước thải mô phỏng 7", 22)
    'Trạm xử lý…mô phỏng 7'
    >>> brief_name("CCN mô phỏng 2", 22)
    'CCN mô phỏng 2'
    """
    parts = text.split()
    if len(text) <= most or len(parts) < 3:  # noqa: PLR2004 - nothing between first and last
        return text
    head, tail = parts[:1], parts[-1:]
    rest = parts[1:-1]
    turn = 0
    while rest:
        word = rest[-1] if turn % 2 == 0 else rest[0]
        if len(" ".join([*head, word, *tail])) + len(_GAP) - 1 > most:
            break
        if turn % 2 == 0:
            tail.insert(0, rest.pop())
        else:
            head.append(rest.pop(0))
        turn += 1
    return f"{' '.join(head)}{_GAP}{' '.join(tail)}"


def fitted(most: int) -> Callable[[str, Words], str]:
    """Return what writes names of a column by :func:`brief_name`.

    Parameters
    ----------
    most : int
        Letters there is room for.

    Returns
    -------
    callable
        For :class:`maps.columns.Column`.
    """
    return lambda text, _: brief_name(text, most)
