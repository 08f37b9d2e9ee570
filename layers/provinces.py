"""Provinces by name and code: the 34 of today, and the 63 before 2025-07-01 as parts of them.

Provinces were merged whole (Resolution 202/2025/QH15), so land of a former one lies in one of today. The code
of a former province may be that of another one today, so codes are always those of today.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from layers import reference
from layers.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["province_code", "province_name", "rule_provinces"]

_TITLE: Final = re.compile(r"^(?:tinh|thanh pho|tp|t)(?:\.\s*|\s+)")
#: other spellings than those of the table, in letters alone
_ALIASES: Final = {
    "hcm": "hochiminh",
    "tphcm": "hochiminh",
    "tphochiminh": "hochiminh",
    "brvt": "bariavungtau",
    "daclac": "daklak",
    "dacnong": "daknong",
}


def province_code(text: str) -> str:
    """Find the province of today that a name means, its own or that of a former province in it.

    Parameters
    ----------
    text : str
        With or without accents and title; spaces, dots and dashes don't count.

    Returns
    -------
    str
        Two digits; empty for a name that no province has or had.

    Examples
    --------
    >>> province_code("Tỉnh Yên Bái"), province_code("lao cai"), province_code("TP. Hồ Chí Minh")
    ('15', '15', '79')
    >>> province_code("Hà Tây")
    ''
    """
    return _codes().get(_plain(text), "")


def province_name(code: str) -> str:
    """Name a province of today.

    Parameters
    ----------
    code : str

    Returns
    -------
    str
        The code itself where no province has it.

    Examples
    --------
    >>> province_name("15")
    'Lào Cai'
    """
    return _names().get(code, code)


def rule_provinces(row: object) -> frozenset[str]:
    """Codes of the provinces that a row of a rule table belongs to; none for one of the whole country.

    Parameters
    ----------
    row : mapping or pandas.Series
        With ``province_code``, where the table has it.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> rules = reference.table("establishment_rules")
    >>> rule_provinces(rules.loc["CCN-LEADCOMMUNE"]), rule_provinces(rules.loc["CCN32-MAX"])
    (frozenset({'15'}), frozenset())
    """
    text = row.get("province_code", "")  # type: ignore[attr-defined]
    return frozenset(str(text).split())


def _plain(text: str) -> str:
    bare = _TITLE.sub("", fold(text))
    letters = "".join(c for c in bare if c.isalnum())
    return _ALIASES.get(letters, letters)


@cache
def _codes() -> dict[str, str]:
    rows = reference.table("vn2000_provinces")
    pairs: Iterable[tuple[str, str]] = zip(rows["province"], rows["code_now"], strict=True)
    return {_plain(name): code for name, code in pairs}


@cache
def _names() -> dict[str, str]:
    rows = reference.table("communes_2025").drop_duplicates("province_code")
    return dict(zip(rows["province_code"], rows["province"], strict=True))
