"""Fields of a kind and the columns of a file: which is which, how surely, and who said so.

A column is known by its heading (Vietnamese, English, short forms of cadastral files, cut at ten letters by
a shapefile), by its values (land codes, areas beside the computed ones), by what was decided for an earlier
file of the same columns, or because somebody says so. Where two columns could be meant the question is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from layers import reference
from layers._areas import areas_ha
from layers._field_values import area_unit, code_share, filled, is_enough, repeats, whole_as_text
from layers.errors import SchemaError
from layers.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

__all__ = [
    "FieldChoices",
    "FieldMatch",
    "known_fields",
    "match_fields",
    "parse_fields",
    "source_stem",
    "whole_as_text",
]

AREA: Final = "stated_area_ha"
#: what may be said of an area: its field, and the unit that its name gives
AREA_FIELDS: Final = {AREA: "ha", "stated_area_m2": "m2", "stated_area_km2": "km2", "stated_area": ""}
_DBF_NAME: Final = 10
_TEXT_FIELDS: Final = ("kind",)  # a number under such a heading is a code of the drawing program
#: headings that may as well be those of a class
_LOOSE_IDS: Final = ("code", "ma", "maso")
#: areas that a program reckons itself say nothing of what a decision states
_RECKONED: Final = ("shapearea", "stareaarea", "shapestarea", "areasqm")
_SURE: Final = 0.8
_NAMED: Final = 0.9
_CUT: Final = 0.8

By = Literal["said", "remembered", "name", "values", "asked"]


@dataclass(frozen=True)
class FieldMatch:
    """What stands for one field of the kind.

    Parameters
    ----------
    field : str
        Name in ``data/reference/columns.csv``.
    column : str
        Heading in the file; ``""`` where none was chosen.
    by : {"said", "remembered", "name", "values", "asked"}
        ``asked``: several columns could be meant, and none was taken.
    confidence : float
        0 to 1; of values the share that fits.
    others : tuple of str
        Columns that could be meant as well.
    unit : {"", "ha", "m2", "km2"}
        Of an area.
    """

    field: str
    column: str
    by: By
    confidence: float
    others: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class FieldChoices:
    """What is known of the columns before they are seen.

    Parameters
    ----------
    said : dict of str to str
        Field to column, ``""`` for a field that no column is meant for.
    remembered : tuple of dict
        Earlier decisions, the newest first: ``columns`` (headings of that file), ``source`` (its name
        without digits) and ``mapping`` (field to column).
    """

    said: Mapping[str, str] = field(default_factory=dict)
    remembered: tuple[Mapping[str, Any], ...] = ()


def parse_fields(texts: Sequence[str]) -> dict[str, str]:
    """Read ``FIELD=COLUMN``, as it is written on the command line.

    Parameters
    ----------
    texts : sequence of str
        Without a column the field is left alone.

    Returns
    -------
    dict of str to str

    Raises
    ------
    SchemaError
        ``field_unknown``, or ``mapping_unreadable`` for text without ``=``.

    Examples
    --------
    >>> parse_fields(["code=LOAIDAT_QH", "id="])
    {'code': 'LOAIDAT_QH', 'id': ''}
    """
    out = {}
    known = sorted({f for f, *_ in _spellings()})
    for text in texts:
        name, mark, column = text.partition("=")
        if not mark:
            raise SchemaError("mapping_unreadable", found=text[:80], expected="FIELD=COLUMN")
        if name.strip() not in known:
            raise SchemaError("field_unknown", found=name.strip()[:80], expected=known)
        out[name.strip()] = column.strip()
    return out


def source_stem(name: str) -> str:
    """Name of a source without what changes from one delivery to the next.

    Parameters
    ----------
    name : str
        Of a file.

    Returns
    -------
    str

    Examples
    --------
    >>> source_stem("KeHoach_2025_lan2.shp"), source_stem("KeHoach_2026_lan1.shp")
    ('kehoachlan', 'kehoachlan')
    """
    return re.sub(r"[^a-z]", "", fold(name.rsplit(".", 1)[0]))


@cache
def _spellings() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    rows = reference.table("columns")
    return [
        (str(name), tuple(str(kinds).split()), tuple(str(spellings).split()))
        for name, kinds, spellings in zip(rows["field"], rows["kinds"], rows["spellings"], strict=True)
    ]


def known_fields(kind: str) -> list[str]:
    """List the fields that a kind may have, in the order in which they are looked for.

    Parameters
    ----------
    kind : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> "code" in known_fields("land_use"), "code" in known_fields("road")
    (True, False)
    """
    return [name for name, _ in _fields_of(kind) if name not in AREA_FIELDS or name == AREA]


def _fields_of(kind: str) -> list[tuple[str, tuple[str, ...]]]:
    """Fields with their spellings; those that belong to the kind alone come first."""
    rows = [s for s in _spellings() if s[1] == ("*",) or kind in s[1]]
    return [(name, spellings) for name, _, spellings in sorted(rows, key=lambda s: s[1] == ("*",))]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def match_fields(
    frame: gpd.GeoDataFrame, kind: str, choices: FieldChoices | None = None, *, source: str = ""
) -> list[FieldMatch]:
    """Find a column for each field of a kind.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        As read; areas need a system.
    kind : str
    choices : FieldChoices, optional
    source : str
        Name of the file, by which an earlier decision is found.

    Returns
    -------
    list of FieldMatch
        Fields that have a column, and fields that are asked for.

    Raises
    ------
    SchemaError
        ``column_missing`` for a column that was said and isn't there.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> shapes = [box(i, 0, i + 1, 1) for i in range(3)]
    >>> frame = gpd.GeoDataFrame({"cot_7": ["LUC", "ONT", "SKC"]}, geometry=shapes, crs=5897)
    >>> [(m.field, m.column, m.by) for m in match_fields(frame, "land_use")]
    [('code', 'cot_7', 'values')]
    """
    search = _Search(frame, kind)
    said = (choices or FieldChoices()).said
    search.take(said, "said")
    if not said:
        search.take(_remembered(search.columns, choices or FieldChoices(), source_stem(source)), "remembered")
    for name, spellings in _fields_of(kind):
        if (AREA if name in AREA_FIELDS else name) not in search.settled:
            search.look(name, spellings)
    return search.matches


def _remembered(columns: Sequence[str], choices: FieldChoices, stem: str) -> Mapping[str, str]:
    """Find what was decided for a file of the same columns, or of the same name and the chosen columns."""
    present = set(columns)
    for entry in choices.remembered:
        mapping = dict(entry["mapping"])
        here = {c for c in mapping.values() if c} <= present
        if set(entry["columns"]) == present or (here and stem and entry.get("source") == stem):
            return mapping
    return {}


class _Search:
    """One search for the fields of a kind among the columns of a frame."""

    def __init__(self, frame: gpd.GeoDataFrame, kind: str) -> None:
        self.frame = frame
        self.kind = kind
        self.columns = [str(c) for c in frame.columns if c != frame.geometry.name]
        self.matches: list[FieldMatch] = []
        self.settled: set[str] = set()
        self.taken: set[str] = set()
        self._by_plain: dict[str, list[str]] = {}
        for column in self.columns:
            self._by_plain.setdefault(_plain(column), []).append(column)
        self._areas: pd.Series[Any] | None = None

    @property
    def areas(self) -> pd.Series[Any]:
        """Computed areas, ha, reckoned once."""
        if self._areas is None:
            self._areas = areas_ha(self.frame)
        return self._areas

    def take(self, mapping: Mapping[str, str], by: By) -> None:
        """Take what was decided."""
        for name, column in mapping.items():
            if column and column not in self.columns:
                raise SchemaError("column_missing", layer="", column=column, found=self.columns)
            unit = self._unit_of(column, AREA_FIELDS[name]) if name in AREA_FIELDS and column else ""
            self._settle(FieldMatch(AREA if name in AREA_FIELDS else name, column, by, 1.0, (), unit))

    def look(self, name: str, spellings: tuple[str, ...]) -> None:
        """Look for one field by headings, then by values."""
        if name in AREA_FIELDS:
            self._look_for_area(AREA_FIELDS[name], self._named(spellings))
            return
        named = self._named(spellings)
        if name == "code" and self.kind == "land_use":
            self._look_for_code(named)
            return
        if name in _TEXT_FIELDS:
            named = {c: s for c, s in named.items() if not pd.api.types.is_numeric_dtype(self.frame[c])}
        if name == "id":
            named = {
                c: s for c, s in named.items() if _plain(c) not in _LOOSE_IDS or not repeats(self.frame[c])
            }
        if named:
            best = self._first(named)
            self._settle(FieldMatch(name, best, "name", named[best]))

    def _settle(self, match: FieldMatch) -> None:
        if match.field in self.settled:
            return
        self.settled.add(match.field)
        if match.column:
            self.taken.add(match.column)
        self.matches.append(match)

    def _named(self, spellings: tuple[str, ...]) -> dict[str, float]:
        """Columns under a heading of the field, with how well it fits."""
        found: dict[str, float] = {}
        for spelling in spellings:
            whole = self._by_plain.get(_plain(spelling), [])
            cut = [] if whole else self._cut(spelling)
            for column in [*whole, *cut]:
                if column not in self.taken:
                    found.setdefault(column, _NAMED if whole else _CUT)
        return found

    def _cut(self, spelling: str) -> list[str]:
        """Columns whose heading a shapefile cut, unless the cut took away the unit."""
        short = spelling[:_DBF_NAME]
        if len(spelling) <= _DBF_NAME or short.endswith("_"):
            return []
        return [c for c in self._by_plain.get(_plain(short), []) if len(c) == _DBF_NAME]

    def _first(self, named: Mapping[str, float]) -> str:
        """Return the first that has values, or else the first."""
        return next((c for c in named if len(filled(self.frame[c]))), next(iter(named)))

    def _look_for_code(self, named: Mapping[str, float]) -> None:
        """Land codes: a heading whose values are codes, else values alone; of several it is asked."""
        shares = {c: code_share(self.frame[c]) for c in self.columns if c not in self.taken}
        good = [c for c, share in shares.items() if share >= _SURE]
        called = [c for c in named if c in good]
        if called:
            self._choose("code", self._alike(called), "name", shares)
        elif alone := [c for c in good if is_enough(self.frame[c])]:
            self._choose("code", self._alike(alone), "values", shares)
        elif named:
            best = self._first(named)
            self._settle(FieldMatch("code", best, "name", named[best]))

    def _alike(self, columns: list[str]) -> list[str]:
        """Leave out columns that say the same as the first."""
        first = self.frame[columns[0]].astype(str)
        return [columns[0], *(c for c in columns[1:] if not first.equals(self.frame[c].astype(str)))]

    def _choose(self, name: str, columns: list[str], by: By, shares: Mapping[str, float]) -> None:
        standard = [c for c in columns if c == name]
        if len(columns) == 1 or standard:
            best = (standard or columns)[0]
            self._settle(FieldMatch(name, best, by, shares[best]))
        else:
            self._settle(FieldMatch(name, "", "asked", 0.0, tuple(columns)))

    def _look_for_area(self, unit: str, named: Mapping[str, float]) -> None:
        """Areas: a heading with its unit, else numbers that lie near the computed areas."""
        if named:
            best = self._first(named)
            told = unit or self._unit_of(best, "")
            if told:
                self._settle(FieldMatch(AREA, best, "name", named[best], (), told))
            elif len(filled(self.frame[best])):
                self._settle(FieldMatch(AREA, "", "asked", 0.0, (best,)))
            return
        if unit == "":
            self._look_for_numbers()

    def _look_for_numbers(self) -> None:
        free = [
            c
            for c in self.columns
            if c not in self.taken and _plain(c) not in _RECKONED and is_enough(self.frame[c])
        ]
        near = {c: area_unit(self.frame[c], self.areas) for c in free if self._numeric(c)}
        good = [c for c in near if near[c][1] >= _SURE]
        if good:
            best = max(good, key=lambda c: near[c][1])
            unit, share = near[best]
            others = tuple(c for c in good if c != best)
            self._settle(FieldMatch(AREA, best, "values", share, others, unit))

    def _numeric(self, column: str) -> bool:
        """Say whether a column may hold measures; rows that are all alike are rather classes."""
        values = self.frame[column]
        if (
            not pd.api.types.is_numeric_dtype(values)
            and not filled(values).head(20).astype(str).str.match(r"^\s*\d[\d., ]*$").all()
        ):
            return False
        return len(set(filled(values).astype(str))) > 1

    def _unit_of(self, column: str, unit: str) -> str:
        return unit or area_unit(self.frame[column], self.areas)[0]
