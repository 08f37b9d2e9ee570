"""In which province land lies, so that a rule of one province judges land of that province only.

A decision of a people's committee is law in its province and nowhere else. Where the province of land isn't
known, such a rule isn't applied either: to hold a site against the law of another province would be wrong
and nobody would see it. Nor is it left out in silence: it is listed with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely

from layers import reference
from layers.errors import QuestionError
from layers.findings import Finding
from layers.provinces import province_code, province_name
from spatial._unit_provinces import sound, unit_provinces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.layer import Layer

    Shapes = NDArray[np.object_]

__all__ = [
    "ELSEWHERE",
    "HERE",
    "UNKNOWN",
    "LocalRules",
    "Provinces",
    "known_provinces",
    "province_findings",
    "split_rules",
    "standing_here",
]

Standing = Literal["", "elsewhere", "province_unknown"]
#: what a rule of one province is to land
HERE: Final = ""
ELSEWHERE: Final = "elsewhere"
UNKNOWN: Final = "province_unknown"
#: an overlap below this share of a shape is a difference between two drawings of one boundary
_SLIVER: Final = 0.01
#: what rounding leaves along a border
_DUST_M2: Final = 1.0


@dataclass(frozen=True)
class Provinces:
    """Land whose province is known.

    Parameters
    ----------
    shapes : dict of str to shapely geometry
        Code of a province of today to the land known to lie in it.
    stated : str
        Code of the province that all other land is in, as somebody stated; empty where nobody did.
    sources : tuple of str
        Layers that told, in their order.
    doubts : tuple of Finding
        Names that something else contradicts, see :func:`known_provinces`.

    Examples
    --------
    >>> from shapely import box
    >>> known = Provinces({"15": box(0, 0, 10, 10)})
    >>> [sorted(found) for found in known.at(np.array([box(1, 1, 2, 2), box(9, 0, 11, 1)]))]
    [['15'], ['', '15']]
    """

    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    stated: str = ""
    sources: tuple[str, ...] = ()
    doubts: tuple[Finding, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """Every province that any land is known to lie in."""
        return frozenset(self.shapes) | ({self.stated} if self.stated else frozenset())

    def at(self, shapes: Shapes) -> list[frozenset[str]]:
        """Codes of the provinces that each shape lies in; ``""`` stands for land of no known one."""
        if not self.shapes:
            return [frozenset({self.stated})] * len(shapes)
        shapes = sound(shapes)
        shares = {code: _share(shapes, land) for code, land in self._land}
        told = np.sum(list(shares.values()), axis=0)
        out = []
        for n in range(len(shapes)):
            found = {code for code, share in shares.items() if share[n] > _SLIVER}
            out.append(frozenset(found | ({self.stated} if told[n] < 1 - _SLIVER else set())) or _NOWHERE)
        return out

    def over(self, area: BaseGeometry) -> frozenset[str]:
        """Codes of every province that some of an area of search lies in, however small a share.

        Constraints are cut at the border exactly, so a rule of a province with a corner of the area
        judges that corner.

        Parameters
        ----------
        area : polygon or multipolygon

        Returns
        -------
        frozenset of str
            ``""`` for land of no known province.

        Examples
        --------
        >>> from shapely import box
        >>> known = Provinces({"15": box(0, 0, 1000, 10), "25": box(1000, 0, 1004, 10)})
        >>> sorted(known.over(box(0, 0, 1004, 10)))
        ['15', '25']
        """
        whole = sound(np.array([area], dtype=object))[0]
        found = {code for code, land in self._land if shapely.area(whole & land) > _DUST_M2}
        rest = whole - shapely.union_all([land for _, land in self._land])
        if shapely.area(rest) > _DUST_M2 or not found:
            found.add(self.stated)
        return frozenset(found)

    @property
    def _land(self) -> list[tuple[str, BaseGeometry]]:
        return sorted(self.shapes.items(), key=lambda item: item[0])

    def parts(self, shapes: Shapes, wanted: frozenset[str]) -> dict[str, Shapes]:
        """Land of shapes by what a rule of some provinces is to it: here, elsewhere, province not known."""
        inside = shapely.union_all([land for code, land in self._land if code in wanted])
        other = shapely.union_all([land for code, land in self._land if code not in wanted])
        shapes = sound(shapes)
        rest = shapely.difference(shapes, shapely.union_all([inside, other]))
        standing = standing_here(wanted, frozenset({self.stated}))
        out = {HERE: shapely.intersection(shapes, inside), ELSEWHERE: shapely.intersection(shapes, other)}
        out[UNKNOWN] = rest
        if standing != UNKNOWN:
            out[standing] = shapely.union(out[standing], out.pop(UNKNOWN))
        return {name: some[~shapely.is_empty(some)] for name, some in out.items()}


_FINDINGS: Final = {ELSEWHERE: "rule_of_other_province", UNKNOWN: "rule_province_unknown"}
_NOWHERE: Final = frozenset({""})


def _size(shapes: Shapes) -> NDArray[np.float64]:
    """Area of polygons, length of lines, number of points; 1 for what has none."""
    size = shapely.area(shapes)
    length = shapely.length(shapes)
    count = np.asarray(~shapely.is_empty(shapes), dtype=float)
    dimension = shapely.get_dimensions(shapes)
    return np.asarray(np.select([dimension > 1, dimension == 1], [size, length], count))


def _share(shapes: Shapes, land: BaseGeometry) -> NDArray[np.float64]:
    """Share of each shape that lies in land; most lie wholly within or beyond, so few are cut."""
    shapely.prepare(land)
    out = np.asarray(shapely.covers(land, shapes), dtype=float)
    cut = np.flatnonzero(shapely.intersects(land, shapes) & (out == 0))
    size = _size(shapes[cut])
    shared = _size(np.asarray(shapely.intersection(shapes[cut], land), dtype=object))
    out[cut] = np.divide(shared, size, out=np.zeros(len(cut)), where=size > 0)
    return out


@dataclass(frozen=True)
class LocalRules:
    """A rule table together with the land that its rules of one province may judge.

    Parameters
    ----------
    table : pandas.DataFrame
    provinces : Provinces
    """

    table: pd.DataFrame
    provinces: Provinces


def split_rules(rules: pd.DataFrame | LocalRules) -> tuple[pd.DataFrame, Provinces]:
    """Take a table and its land apart; a table alone knows no province.

    Parameters
    ----------
    rules : pandas.DataFrame or LocalRules

    Returns
    -------
    pandas.DataFrame, Provinces

    Examples
    --------
    >>> import pandas as pd
    >>> split_rules(pd.DataFrame())[1].codes
    frozenset()
    """
    return (rules.table, rules.provinces) if isinstance(rules, LocalRules) else (rules, Provinces())


def standing_here(wanted: frozenset[str], where: Iterable[str]) -> Standing:
    """Say what a rule of some provinces is to land.

    Parameters
    ----------
    wanted : frozenset of str
        Codes of the provinces that the rule belongs to; none for one of the whole country.
    where : iterable of str
        Provinces that the land lies in; ``""`` for land of no known one.

    Returns
    -------
    {"", "elsewhere", "province_unknown"}
        Empty where the rule judges: some of the land lies in its province.

    Examples
    --------
    >>> wanted = frozenset({"15"})
    >>> standing_here(wanted, {"15", "25"}), standing_here(wanted, {"01"}), standing_here(wanted, {"", "01"})
    ('', 'elsewhere', 'province_unknown')
    """
    there = frozenset(where)
    if not wanted or wanted & there:
        return HERE
    return UNKNOWN if not there or "" in there else ELSEWHERE


def known_provinces(layers: Sequence[Layer], *, stated: str = "") -> Provinces:
    """Find the provinces of the units in some layers.

    A unit lies in the province that a column of its own names, unless the centres of the communes of
    2025 within it lie in another; else in the one that these belong to, as far as 95 % of them agree. A
    name that one centre alone contradicts is neither believed nor replaced: centres may lie across a
    border. An outline without a name is no unit and tells nothing by the centres in it: its other end may
    lie in the next province.

    Parameters
    ----------
    layers : sequence of Layer
        Those of kind ``admin_unit`` are read; all in one CRS.
    stated : str
        Name of the province that all other land is in, where somebody stated it.

    Returns
    -------
    Provinces
        Its doubts are ``province_contradicted`` where commune centres took the place of names,
        ``province_doubtful`` where neither is believed (*column, stated, found, names, count*), and
        ``province_stated_differs`` where none of the units lies in the province that was stated (*stated,
        found*).

    Raises
    ------
    QuestionError
        ``province_unknown`` for a stated name that no province has or had.

    Notes
    -----
    Centres of communes from ``data/reference/communes_2025.csv``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers import Layer
    >>> frame = gpd.GeoDataFrame({"tinh": ["Yên Bái"]}, geometry=[box(0, 0, 9, 9)], crs=9208)
    >>> known_provinces([Layer(frame, "xã", "admin_unit")]).codes
    frozenset({'15'})
    """
    code = province_code(stated) if stated else ""
    if stated and not code:
        known = reference.table("communes_2025")["province"].drop_duplicates().tolist()
        raise QuestionError("province_unknown", found=stated, expected=known)
    found: dict[str, list[BaseGeometry]] = {}
    told, doubts = [], []
    for layer in layers:
        if layer.kind_name != "admin_unit" or layer.frame.empty or layer.frame.crs is None:
            continue
        codes, found_wrong = unit_provinces(layer)
        doubts += found_wrong
        for unit, shape in zip(codes, sound(layer.frame.geometry.to_numpy()), strict=True):
            if unit:
                found.setdefault(unit, []).append(shapely.force_2d(shape))
        told += [layer.name] if codes.any() else []
    if code and found and code not in found:
        said = {"stated": province_name(code), "found": [province_name(unit) for unit in sorted(found)]}
        doubts.append(Finding("province_stated_differs", ", ".join(dict.fromkeys(told)), None, "warn", said))
    return Provinces(_apart(found), code, tuple(dict.fromkeys(told)), tuple(doubts))


def _apart(found: dict[str, list[BaseGeometry]]) -> dict[str, BaseGeometry]:
    """Land of each province, none in two: what two layers draw differently belongs to neither."""
    whole = {code: shapely.union_all(shapes) for code, shapes in sorted(found.items())}
    if len(whole) < 2:  # noqa: PLR2004 - two provinces that may share land
        return whole
    out = {}
    for code, land in whole.items():
        others = shapely.union_all([other for name, other in whole.items() if name != code])
        out[code] = shapely.difference(land, others)
    return {code: land for code, land in out.items() if not land.is_empty}


def province_findings(rules: Iterable[tuple[str, frozenset[str], Standing]], layer: str) -> list[Finding]:
    """Say which rules of one province were not applied, each once.

    Parameters
    ----------
    rules : iterable of (str, frozenset of str, str)
        Id of a rule, codes of its provinces, and what it is to the land, from :func:`standing_here`.
    layer : str
        Name of the layer that was judged.

    Returns
    -------
    list of Finding
        ``rule_of_other_province`` and ``rule_province_unknown``: *rule, province*.

    Examples
    --------
    >>> province_findings([("R", frozenset({"15"}), "elsewhere")], "zones")[0].fields
    {'rule': 'R', 'province': 'Lào Cai'}
    """
    out: dict[tuple[str, str], Finding] = {}
    for rule, codes, why in rules:
        if why:
            fields = {"rule": rule, "province": ", ".join(province_name(c) for c in sorted(codes))}
            out.setdefault((rule, why), Finding(_FINDINGS[why], layer, None, "info", fields))
    return list(out.values())
