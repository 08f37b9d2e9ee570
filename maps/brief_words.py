"""Clauses and names where a table has little room for them: what tells one from another stays."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maps.words import Words

__all__ = ["Fitted", "brief_clause", "brief_name", "briefly"]

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


@dataclass(frozen=True)
class Fitted:
    """Writes names of a column by :func:`brief_name`, for :class:`maps.columns.Column`.

    Parameters
    ----------
    most : int
        Letters there is room for.
    """

    most: int

    def __call__(self, text: str, words: Words) -> str:  # noqa: ARG002 - as every writer of a column
        """Write one name.

        Parameters
        ----------
        text : str
        words : Words

        Returns
        -------
        str
        """
        return brief_name(text, self.most)


def briefly(texts: Iterable[str], how: Callable[[str, Words], str], words: Words) -> dict[str, str]:
    """Write the texts of a column briefly, no two of them alike.

    Parameters
    ----------
    texts : iterable of str
    how : callable
        Writes one text.
    words : Words

    Returns
    -------
    dict of str to str
        Text to how it is written. Names that ``how`` would write alike are cut at another place, where it
        is a :class:`Fitted`, so that they stay within its room if they can; what isn't told apart by that
        is whole.

    Examples
    --------
    >>> from maps.words import words
    >>> names = ["CCN Đồng Văn I mở rộng giai đoạn 2", "CCN Đồng Văn II mở rộng giai đoạn 2"]
    >>> list(briefly(names, Fitted(18), words("vi")).values())
    ['CCN Đồng Văn I…2', 'CCN Đồng Văn II…2']
    """
    whole = list(dict.fromkeys(texts))
    brief = {text: how(text, words) for text in whole}
    alike: dict[str, list[str]] = {}
    for text, written in brief.items():
        alike.setdefault(written, []).append(text)
    for written, group in alike.items():
        if len(group) > 1:
            others = alike.keys() - {written}
            brief |= _told_apart(group, how.most, others) if isinstance(how, Fitted) else _as_is(group)
    # a name that is whole now, or was cut at another place, may be what another is cut to
    return brief if max(Counter(brief.values()).values(), default=1) == 1 else _as_is(whole)


def _told_apart(names: list[str], most: int, others: Iterable[str]) -> dict[str, str]:
    """Cut names at the place, the same for all, that tells them apart in the fewest letters over the room."""
    parts = {name: name.split() for name in names}
    longest = max(map(len, parts.values()))
    ways = []
    for words_left in range(2, longest):
        for tail in range(1, words_left):
            cut = {name: _cut(name, parts[name], words_left - tail, tail) for name in names}
            over = max(most, *map(len, cut.values()))
            ways.append((over, abs(words_left - 2 * tail), -words_left, cut))
    taken = set(others)
    for *_, cut in sorted(ways, key=lambda way: way[:3]):
        if len(set(cut.values())) == len(cut) and taken.isdisjoint(cut.values()):
            return cut
    return _as_is(names)


def _cut(name: str, parts: list[str], head: int, tail: int) -> str:
    if head + tail >= len(parts):
        return name
    return f"{' '.join(parts[:head])}{_GAP}{' '.join(parts[-tail:])}"


def _as_is(texts: list[str]) -> dict[str, str]:
    return {text: text for text in texts}
