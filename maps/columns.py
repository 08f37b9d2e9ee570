"""Columns of a table in words: written once for the page, a workbook, a CSV file and a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.brief_words import briefly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from maps.words import Words

__all__ = [
    "Column",
    "as_text",
    "excel_formats",
    "headed",
    "headings",
    "number_writers",
    "page_writers",
    "without_dust",
]

_DUST: Final = 5e-7


@dataclass(frozen=True)
class Column:
    """How a column is headed and written.

    Parameters
    ----------
    name : str
        In the frame.
    section : str
        Section of the locale files with its heading.
    digits : int or None
        Decimals of a number; None for text.
    width : int
        On the page, pixels; the frame that holds the table scrolls where they don't fit.
    short : str
        Name of a shorter heading in the same section, for the page.
    adds_up : bool
        True where the sum of the rows shown says something.
    brief : callable, optional
        Takes a text and ``Words``, returns how the page writes it in a narrow column; files have it whole.
    """

    name: str
    section: str = "column"
    digits: int | None = None
    width: int = 120
    short: str = ""
    adds_up: bool = False
    brief: Callable[[str, Words], str] | None = None

    def heading(self, words: Words) -> str:
        """Return the heading in full.

        Parameters
        ----------
        words : Words

        Returns
        -------
        str
        """
        return words(f"{self.section}.{self.name}")


def headings(names: Iterable[str], words: Words, *, section: str = "column") -> dict[str, str]:
    """Look up the headings of columns.

    Parameters
    ----------
    names : iterable of str
    words : Words
    section : str
        Of the locale files.

    Returns
    -------
    dict of str to str
        Name to heading.

    Examples
    --------
    >>> from maps.words import words
    >>> headings(["zone"], words("en"))
    {'zone': 'Zone'}
    """
    return {name: words(f"{section}.{name}") for name in names}


def headed(frame: pd.DataFrame, words: Words, *, section: str = "column") -> pd.DataFrame:
    """Head the columns of a frame in words.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns by their names.
    words : Words
    section : str
        Of the locale files.

    Returns
    -------
    pandas.DataFrame
        Same index and values.
    """
    return frame.rename(columns=headings(map(str, frame.columns), words, section=section))


def number_writers(columns: Sequence[Column], words: Words) -> dict[Any, Any]:
    """Return what writes the numbers of a table in the way of the language, for ``Styler.format``.

    Parameters
    ----------
    columns : sequence of Column
    words : Words

    Returns
    -------
    dict of str to callable
        By heading; columns of text are left out.
    """
    write: Callable[..., str] = words.number
    return {c.heading(words): partial(write, digits=c.digits) for c in columns if c.digits is not None}


def page_writers(columns: Sequence[Column], words: Words, table: pd.DataFrame) -> dict[Any, Any]:
    """Return what writes the cells of a table on the page: numbers, and texts that have little room.

    Parameters
    ----------
    columns : sequence of Column
    words : Words
    table : pandas.DataFrame
        Headed in words: different texts of a column are written in different ways.

    Returns
    -------
    dict of str to callable
        By heading; columns of text that is written whole are left out.
    """
    texts = {}
    for column in columns:
        name = column.heading(words)
        if column.brief and name in table:
            said = [text for text in table[name].unique() if isinstance(text, str)]
            texts[name] = partial(_brief, written=briefly(said, column.brief, words))
    return {**number_writers(columns, words), **texts}


def _brief(text: Any, written: Mapping[str, str]) -> str:
    return written.get(text, "") if isinstance(text, str) else ""


def without_dust(frame: pd.DataFrame) -> pd.DataFrame:
    """Write nought for what arithmetic leaves over, such as 4e-12 ha: no table and no tolerance can mean it.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    pandas.DataFrame
        Numbers nearer to 0 than 5e-7 (a two-hundredth of a square metre, where they are hectares) as 0;
        all others as they are, so that a column adds up to what it did within 5e-7 a row.

    Examples
    --------
    >>> import pandas as pd
    >>> without_dust(pd.DataFrame({"area_ha": [12.34567, 4e-12, -1e-9]}))["area_ha"].tolist()
    [12.34567, 0.0, 0.0]
    """
    out = frame.copy()
    for place in range(len(frame.columns)):
        column = frame.iloc[:, place]
        if column.dtype.kind == "f":  # headings may repeat
            out.isetitem(place, column.map(_settled).to_numpy())
        elif column.dtype == object:  # may hold numbers among texts
            # not by map: it guesses a type of its own, and whole numbers beside empty cells become decimals
            settled = [_settled(value) for value in column]
            kept: Any = pd.Series(settled, frame.index, dtype=object)
            out.isetitem(place, kept)
    return out


def _settled(value: Any) -> Any:
    return 0.0 if isinstance(value, float) and abs(value) < _DUST else value


def excel_formats(digits: Mapping[str, int], words: Words, *, section: str = "column") -> dict[str, str]:
    """Return number formats of a workbook.

    Parameters
    ----------
    digits : mapping of str to int
        Name of a column to its decimals.
    words : Words
    section : str

    Returns
    -------
    dict of str to str
        By heading, for :class:`layers.write.Sheet`.

    Examples
    --------
    >>> from maps.words import words
    >>> excel_formats({"area_ha": 2}, words("en"))
    {'Area (ha)': '#,##0.00'}
    """
    return {words(f"{section}.{name}"): f"#,##0.{'0' * count}".rstrip(".") for name, count in digits.items()}


def as_text(frame: pd.DataFrame, columns: Sequence[Column], words: Words) -> str:
    """Write a table for a terminal.

    Parameters
    ----------
    frame : pandas.DataFrame
        Headed in words; holds the columns at least.
    columns : sequence of Column
    words : Words

    Returns
    -------
    str
    """
    shown = frame[[c.heading(words) for c in columns]].copy()
    for name, write in number_writers(columns, words).items():
        shown[name] = shown[name].map(write)
    return shown.to_string(index=False)
