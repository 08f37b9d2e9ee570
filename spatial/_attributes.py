"""What features are called and what is said of them, compared between two versions."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from layers.names import normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from spatial._rings import Bools

__all__ = ["STATUS_COLUMNS", "name_keys", "names_of", "same_name", "stated"]

#: columns whose change is a change of status
STATUS_COLUMNS: Final = ("status", "stage", "kind")
#: words for what a thing is, before what it is called; some sources write them and some don't
_BEFORE_NAMES: Final = (
    *("thành phố", "thị xã", "thị trấn", "quận", "huyện", "phường", "xã"),
    *("khu công nghiệp", "cụm công nghiệp", "khu công nghệ cao", "kcn", "ccn", "kcnc"),
)


def name_keys(names: Sequence[str]) -> list[str]:
    """Forms of names that are equal where the same name was written differently.

    Case, the place of a tone mark (Hòa, Hoà) and the word for what the thing is (xã, CCN) don't count;
    another letter or another tone does.
    """
    return [_key(name) if name else "" for name in names]


def _key(name: str) -> str:
    words = normal(name).casefold()
    for prefix in _BEFORE_NAMES:
        if words.startswith(f"{prefix} "):
            words = words.removeprefix(f"{prefix} ")
            break
    # letters and marks in one order within each word, so that it doesn't matter which vowel bears the tone
    return " ".join("".join(sorted(unicodedata.normalize("NFD", word))) for word in words.split())


def same_name(before: Sequence[str], after: Sequence[str]) -> Bools:
    """Say of aligned names whether they are the same; an empty one says nothing, so it is the same."""
    pairs = zip(before, after, strict=True)
    return np.array([not a or not b or a == b or _key(a) == _key(b) for a, b in pairs], dtype=bool)


def names_of(frame: gpd.GeoDataFrame) -> list[str]:
    """Column ``name`` as text; empty where there is none."""
    if "name" not in frame:
        return [""] * len(frame)
    return [normal(str(name)) if pd.notna(name) else "" for name in frame["name"]]


def stated(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    """What a column says of every feature, as text; empty where it says nothing."""
    if column not in frame:
        return [""] * len(frame)
    return [normal(str(value)) if pd.notna(value) else "" for value in frame[column]]
