"""Land-use codes: two official lists, each valid for its time, as trees.

Rests on circular 27/2018/TT-BTNMT and circular 08/2024/TT-BTNMT as collected in
``data/reference/landuse_codes.csv``; the same letters can mean different land in the two lists (MNC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from layers import reference
from layers.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LISTS", "LandCode", "ancestors", "code_list", "list_on", "normal_code"]

#: the lists of the tables, older first
LISTS: Final = ("2018", "2024")
_CHANGE: Final = date(2024, 8, 1)


@dataclass(frozen=True)
class LandCode:
    """One code of one list.

    Parameters
    ----------
    code : str
    list_name : {"2018", "2024"}
    name_vi, name_en : str
    group : str
        NNP (agricultural), PNN (non-agricultural), CSD (unused), or empty.
    parent : str
        Code one level up, empty at the top.
    functional : bool
        True for KKT, CNC, KDT: they overlap the others and are never summed with them.
    colour : str
        Official colour ``#RRGGBB``, empty where none is known.
    """

    code: str
    list_name: str
    name_vi: str
    name_en: str
    group: str
    parent: str
    functional: bool
    colour: str


def list_on(day: date) -> str:
    """Name the list in force on a day.

    Parameters
    ----------
    day : datetime.date

    Returns
    -------
    {"2018", "2024"}
        Days before the list of 2018 get it too: older lists are not in the tables.

    Examples
    --------
    >>> list_on(date(2024, 7, 31)), list_on(date(2024, 8, 1))
    ('2018', '2024')
    """
    return "2024" if day >= _CHANGE else "2018"


@cache
def code_list(list_name: str | None = None) -> Mapping[str, LandCode]:
    """Return the codes of a list.

    Parameters
    ----------
    list_name : {"2018", "2024"}, optional
        Without it the list of 2024, completed by the codes that only the list of 2018 has.

    Returns
    -------
    mapping of str to LandCode
        Read-only.

    Raises
    ------
    QuestionError
        ``code_list_unknown``.

    Examples
    --------
    >>> len(code_list("2018")), len(code_list("2024"))
    (70, 68)
    >>> code_list("2024")["SKK"].name_vi
    'Đất khu công nghiệp'
    >>> code_list()["DDT"].list_name
    '2018'
    """
    if list_name is None:
        return MappingProxyType({**code_list("2018"), **code_list("2024")})
    if list_name not in LISTS:
        raise QuestionError("code_list_unknown", found=list_name, expected=list(LISTS))
    rows = reference.table("landuse_codes")
    rows = rows[rows["list"] == list_name]
    found = {
        str(row["code"]): LandCode(
            code=str(row["code"]),
            list_name=list_name,
            name_vi=str(row["name_vi"]),
            name_en=str(row["name_en"]),
            group=str(row["group"]),
            parent=str(row["parent"]),
            functional=row["functional"] == "1",
            colour=str(row["colour"]),
        )
        for row in rows.to_dict("records")
    }
    return MappingProxyType(found)


@cache
def ancestors(code: str) -> tuple[str, ...]:
    """Return a code and everything above it, nearest first, in either list.

    Parameters
    ----------
    code : str

    Returns
    -------
    tuple of str
        Empty for a code that no list has.

    Examples
    --------
    >>> ancestors("LUC")
    ('LUC', 'LUA', 'CHN', 'NNP', 'SXN')
    >>> ancestors("XYZ")
    ()
    """
    chain: list[str] = []
    waiting = [code] if code in code_list() else []
    while waiting:
        here = waiting.pop(0)
        if here in chain:
            continue
        chain.append(here)
        for name in reversed(LISTS):
            entry = code_list(name).get(here)
            if entry and entry.parent:
                waiting.append(entry.parent)
    return tuple(chain)


def normal_code(text: str) -> str:
    """Return a land-use code as the lists write it.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Upper case without spaces; a known misspelling is mended (OCT for OTC).

    Examples
    --------
    >>> normal_code(" ont "), normal_code("OCT")
    ('ONT', 'OTC')
    """
    code = "".join(text.split()).upper()
    return {"OCT": "OTC"}.get(code, code)
