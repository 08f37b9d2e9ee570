"""Crosswalks: which code of one class list is which of another, as tables that people read and edit.

The one that is shipped joins the land-use codes of circular 27/2018/TT-BTNMT and circular
08/2024/TT-BTNMT as far as ``data/reference/landuse_crosswalk.csv`` knows; what it doesn't know stands
there with an empty cell and is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from layers import reference
from layers._door import opening
from layers.errors import SchemaError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Crosswalk", "default_crosswalk", "list_of", "read_crosswalk"]

_COLUMNS: Final = ("code_before", "code_after")


@dataclass(frozen=True)
class Crosswalk:
    """Codes of two lists and the class that both are counted under.

    Codes that a row joins are of one class, and so are codes that are joined through others: where one
    code stands against two, the three can't be told apart and count as one class.

    Parameters
    ----------
    table : pandas.DataFrame
        Text columns ``code_before``, ``code_after`` and, where somebody named the classes, ``class``;
        others, such as ``confidence``, are kept to be shown. An empty cell says that there is no
        counterpart.
    name : str
        Of the file, or of the table of the project.

    Examples
    --------
    >>> table = pd.DataFrame({"code_before": ["BHK", "NHK", "DDT"], "code_after": ["HNK", "HNK", "DDD"]})
    >>> walk = Crosswalk(table)
    >>> walk.before["NHK"], walk.after["HNK"], walk.several
    ('HNK', 'HNK', {})
    >>> both = Crosswalk(pd.DataFrame({"code_before": ["NKH", "NKH"], "code_after": ["NKH", "CNT"]}))
    >>> both.before["NKH"], both.several
    ('CNT+NKH', {'NKH': ('CNT', 'NKH')})
    """

    table: pd.DataFrame
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse a table that lacks the two columns."""
        missing = [column for column in _COLUMNS if column not in self.table]
        if missing:
            found = list(map(str, self.table.columns))
            raise SchemaError("column_missing", layer=self.name, column=missing[0], found=found)

    @property
    def before(self) -> Mapping[str, str]:
        """Class of every code of the earlier list."""
        return self._classes[0]

    @property
    def after(self) -> Mapping[str, str]:
        """Class of every code of the later list."""
        return self._classes[1]

    @property
    def several(self) -> dict[str, tuple[str, ...]]:
        """Codes of the earlier list that stand against several of the later one."""
        found: dict[str, set[str]] = {}
        for start, end in self._pairs():
            found.setdefault(start, set()).add(end)
        return {start: tuple(sorted(ends)) for start, ends in found.items() if len(ends) > 1}

    @property
    def alone(self) -> tuple[frozenset[str], frozenset[str]]:
        """Codes of the earlier and of the later list that the table knows no counterpart of."""
        before, after = self._columns()
        known = self.before, self.after
        return (
            frozenset(code for code, other in zip(before, after, strict=True) if code and not other)
            - known[0].keys(),
            frozenset(code for code, other in zip(after, before, strict=True) if code and not other)
            - known[1].keys(),
        )

    def _columns(self) -> tuple[list[str], list[str]]:
        before, after = (
            [_text(value) for value in self.table[column]] for column in ("code_before", "code_after")
        )
        return before, after

    def _pairs(self) -> list[tuple[str, str]]:
        return [(a, b) for a, b in zip(*self._columns(), strict=True) if a and b]

    @cached_property
    def _classes(self) -> tuple[dict[str, str], dict[str, str]]:
        """Join codes that any row joins, and name each heap."""
        parent: dict[tuple[int, str], tuple[int, str]] = {}

        def root(node: tuple[int, str]) -> tuple[int, str]:
            while parent.setdefault(node, node) != node:
                node = parent[node]
            return node

        for a, b in self._pairs():
            parent[root((0, a))] = root((1, b))
        heaps: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for node in list(parent):
            heaps.setdefault(root(node), []).append(node)
        stated = self._stated()
        names = {}
        for members in heaps.values():
            said = sorted({stated[node] for node in members if node in stated})
            name = "+".join(said or sorted(code for side, code in members if side == 1))
            names.update(dict.fromkeys(members, name))
        return (
            {code: name for (side, code), name in names.items() if side == 0},
            {code: name for (side, code), name in names.items() if side == 1},
        )

    def _stated(self) -> dict[tuple[int, str], str]:
        if "class" not in self.table:
            return {}
        out = {}
        for a, b, name in zip(*self._columns(), map(_text, self.table["class"]), strict=True):
            if a and b and name:
                out[0, a] = out[1, b] = name
        return out


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()


def read_crosswalk(path: Path) -> Crosswalk:
    """Read a crosswalk from a table.

    Parameters
    ----------
    path : pathlib.Path
        CSV with headings ``code_before`` and ``code_after``, and perhaps ``class``.

    Returns
    -------
    Crosswalk

    Raises
    ------
    SourceError
        ``source_missing`` or ``source_unreadable``.
    SchemaError
        ``column_missing``.
    """
    if not path.is_file():
        raise SourceError("source_missing", path=str(path))
    with opening(path):
        table = pd.read_csv(
            path, sep=None, engine="python", dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    return Crosswalk(table.rename(columns=lambda c: str(c).strip()), path.name)


def default_crosswalk() -> Crosswalk:
    """Return the crosswalk of land-use codes, 2018 to 2024.

    Returns
    -------
    Crosswalk
        With the columns ``relation, confidence, source, note`` of the reference table.

    Examples
    --------
    >>> walk = default_crosswalk()
    >>> walk.before["DDT"], walk.before["LUC"], "SKX" in walk.alone[0], "CNT" in walk.alone[1]
    ('DDD', 'LUC', True, True)
    """
    rows = reference.table("landuse_crosswalk")
    kept = ["code_before", "code_after", "relation", "confidence", "source", "note"]
    return Crosswalk(rows[kept].reset_index(drop=True), "landuse_crosswalk")


def list_of(codes: Iterable[str], lists: Mapping[str, frozenset[str]]) -> str | None:
    """Tell a class list by its codes.

    Parameters
    ----------
    codes : iterable of str
    lists : mapping of str to frozenset of str
        Codes of every list.

    Returns
    -------
    str or None
        The one list that has codes which no other has and that occur; ``None`` where none has, or several.

    Examples
    --------
    >>> lists = {"2018": frozenset({"LUC", "BHK"}), "2024": frozenset({"LUC", "HNK"})}
    >>> list_of(["LUC", "HNK"], lists), list_of(["LUC"], lists)
    ('2024', None)
    """
    used = set(codes)
    own = {
        name: known - frozenset().union(*(other for o, other in lists.items() if o != name))
        for name, known in lists.items()
    }
    telling = [name for name, known in own.items() if used & known]
    return telling[0] if len(telling) == 1 else None
