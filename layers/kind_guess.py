"""What kind of layer a file may hold: by its name, its headings and its values, with the reasons.

A proposal for a reader to confirm, never a decision: where nothing speaks for a kind, or as much for another,
none is proposed. The signs stand in ``data/reference/kind_signs.csv``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from layers import reference
from layers._field_values import code_share, filled
from layers.kinds import kinds
from layers.legacy_text import decoded
from layers.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.look import Look

__all__ = ["KindGuess", "KindSign", "guess_kind"]

FoundIn = Literal["name", "heading", "value", "land_code", "commune_code"]

_WEIGHTS: Final[Mapping[FoundIn, int]] = {
    "name": 2,
    "heading": 2,
    "value": 3,
    "land_code": 4,
    "commune_code": 3,
}
_ENOUGH: Final = 2
_SHARE: Final = 0.5
_SURE: Final = 0.8
_FEWEST: Final = 3
_MOST_VALUES: Final = 400
_WITHIN: Final = 8
_COMMUNE_CODE: Final = 5
#: kinds that are lines: areas of such a name are asked about
_LINES: Final = ("road", "railway", "power_line")
#: places and contours whose words, without accents, are those of roads, rivers, canals or schools
_STOPS: Final = (
    "thai binh duong|dai tay duong|binh duong|hai duong|dong duong|an duong|dai duong|duong minh chau"
    "|duong kinh|duong lam|duong lieu|duong dong|duong dong muc|duong binh do|duong do sau"
    "|dong bang song hong|dong bang song cuu long|song cong|song cau|song hinh|song doc|song ma|song lo"
    "|muong la|muong lat|muong te|muong ang|muong cha|muong nhe|muong khuong|muong lay|muong thanh|muong xen"
    "|truong sa|moi truong|quang truong|hien truong|thi truong"
)
#: names that programs give and that say nothing of what is inside
_EMPTY_NAMES: Final = ("entities", "elements", "multipolygons", "multilinestrings", "lines", "points")


@dataclass(frozen=True)
class KindSign:
    """One reason for a kind.

    Parameters
    ----------
    kind : str
    by : {"name", "heading", "value", "land_code", "commune_code"}
        Where it was seen: name of the file or layer, heading, values, values that are land codes or codes of
        communes.
    found : str
        What was seen, as the file has it.
    column : str
        For values: in which column.
    share : float
        For values: how many of them, 0 to 1.
    """

    kind: str
    by: FoundIn
    found: str
    column: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class KindGuess:
    """What a file seems to hold.

    Parameters
    ----------
    kind : str or None
        The kind that is proposed; None where nothing speaks for one, or as much for another.
    signs : tuple of KindSign
        Every reason that was seen, those of the likeliest kind first.
    """

    kind: str | None
    signs: tuple[KindSign, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds that something speaks for, the likeliest first."""
        return tuple(dict.fromkeys(sign.kind for sign in self.signs))


def guess_kind(look: Look, *names: str) -> KindGuess:
    """Guess the kind of a layer from what a look into its file shows.

    Parameters
    ----------
    look : Look
        Its sample is what values are told by.
    *names : str
        Of the file and of the layer in it.

    Returns
    -------
    KindGuess

    Examples
    --------
    >>> from layers.look import Look
    >>> rows = [{"TEN": f"CCN số {n}", "MA": code} for n, code in enumerate(("SKN", "SKN", "ONT"))]
    >>> look = Look("GPKG", ["lop1"], "lop1", "Polygon", "", {"TEN": "str", "MA": "str"}, 3, rows)
    >>> guess_kind(look, "lop1.gpkg").kind
    'land_use'
    >>> guess_kind(look, "cum_cong_nghiep.gpkg").kind
    'industrial_cluster'
    """
    if look.format == "OSM":  # an extract holds every kind, and its tags tell them apart
        return KindGuess(None, ())
    table = pd.DataFrame(look.sample)
    seen = [*_by_names([*names, look.layer]), *_by_headings(map(str, look.columns)), *_by_values(table)]
    weights: dict[str, int] = {}
    for kind, by in dict.fromkeys((sign.kind, _source_of(sign)) for sign in seen):
        weights[kind] = weights.get(kind, 0) + max(
            _WEIGHTS[s.by] for s in seen if (s.kind, _source_of(s)) == (kind, by)
        )
    order = sorted(weights, key=lambda kind: -weights[kind])
    signs = tuple(sorted(seen, key=lambda sign: order.index(sign.kind)))
    if not order or weights[order[0]] < _ENOUGH:
        return KindGuess(None, signs)
    tied = len(order) > 1 and weights[order[1]] == weights[order[0]]
    named = all(sign.by == "name" for sign in signs if sign.kind == order[0])
    unsure = tied or (named and not _may_be(order[0], look))
    return KindGuess(None if unsure else order[0], signs)


def _may_be(kind: str, look: Look) -> bool:
    """Say whether rows of this geometry may be of the kind; a drawing has lines that are closed later on."""
    shape = look.geometry.lower()
    if look.format in ("DXF", "DGN"):
        return True
    if kind in _LINES:
        return "polygon" not in shape and "point" not in shape
    areas = next((one.geometry == "polygon" for one in kinds() if one.name == kind), False)
    return not (areas and ("line" in shape or "point" in shape))


def _source_of(sign: KindSign) -> str:
    """A kind has one voice of each source, however often the same is seen."""
    return sign.by if sign.by in ("name", "heading") else "value"


@cache
def _signs(found_in: str) -> tuple[tuple[str, str], ...]:
    """Signs, with their kinds, the longest first: of «đường sắt» the word «đường» says nothing more."""
    rows = reference.table("kind_signs")
    rows = rows[rows["found_in"] == found_in]
    pairs = [
        (sign, kind)
        for kind, text in zip(rows["kind"], rows["signs"], strict=True)
        for sign in text.split("|")
    ]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _tokens(text: str) -> list[str]:
    parted = re.sub(r"(?<=[a-zà-ỹđ])(?=[A-ZÀ-ỸĐ])", " ", text)
    return re.findall(r"\d+kv|[a-z]+|\d+", fold(parted))


def _taken(tokens: Sequence[str], found_in: str) -> list[tuple[str, str]]:
    """Signs that stand in a row of tokens, each token read once."""
    free = list(tokens)
    out = []
    for stop in sorted(_STOPS.split("|"), key=len, reverse=True):
        while (run := _run_at(free, stop.replace(" ", ""))) is not None:
            free[run[0] : run[1]] = [""] * (run[1] - run[0])
    for sign, kind in _signs(found_in):
        plain = sign.replace(" ", "")
        at = _run_at(free, plain)
        if at is not None:
            out.append((sign, kind))
            free[at[0] : at[1]] = [""]
    return out


def _run_at(tokens: Sequence[str], plain: str) -> tuple[int, int] | None:
    """Tokens that read as the sign when they are written together, or a long one that holds it."""
    for start in range(len(tokens)):
        joined = ""
        for end in range(start, len(tokens)):
            joined += tokens[end]
            if not tokens[end] or len(joined) > len(plain):
                break
            if joined == plain:
                return start, end + 1
    if len(plain) >= _WITHIN:
        return next(((n, n + 1) for n, token in enumerate(tokens) if plain in token), None)
    return None


def _by_names(names: Iterable[str]) -> list[KindSign]:
    out = []
    for name in dict.fromkeys(PurePath(n).stem for n in names if n):
        if fold(name) not in _EMPTY_NAMES:
            out += [KindSign(kind, "name", name) for _, kind in _taken(_tokens(name), "name")]
    return list(dict.fromkeys(out))


def _by_headings(columns: Iterable[str]) -> list[KindSign]:
    known = {sign.replace(" ", ""): kind for sign, kind in _signs("heading")}
    out = []
    for column in columns:
        kind = known.get(re.sub(r"[^a-z0-9]", "", fold(column)))
        if kind is not None:
            out.append(KindSign(kind, "heading", column))
    return out


def _by_values(table: pd.DataFrame) -> list[KindSign]:
    out = []
    for column in map(str, table.columns):
        values = filled(table[column]).head(_MOST_VALUES)
        if len(values) >= _FEWEST:
            out += _codes(values, column)
        texts = [str(text) for text in decoded(values)]
        out += _spoken(texts, column)
    return out


def _codes(values: pd.Series[Any], column: str) -> list[KindSign]:
    share = code_share(values)
    # zones are of one code or two each; a map of land use has many
    if share >= _SURE and len(set(values)) > 1:
        return [KindSign("land_use", "land_code", ", ".join(_few(values)), column, share)]
    texts = values.astype(str).str.strip().str.removesuffix(".0").str.zfill(_COMMUNE_CODE)
    # a unit stands in its layer once; lots name the same commune again and again
    share = float(texts.isin(_commune_codes()).mean()) if texts.is_unique else 0.0
    if share >= _SURE:
        return [KindSign("admin_unit", "commune_code", ", ".join(_few(values)), column, share)]
    return []


def _few(values: pd.Series[Any]) -> list[str]:
    return [str(v) for v in dict.fromkeys(values.astype(str))][:_FEWEST]


@cache
def _commune_codes() -> frozenset[str]:
    return frozenset(reference.table("communes_2025").index)


def _spoken(texts: Sequence[str], column: str) -> list[KindSign]:
    """Kinds whose names most values begin with; of few values all must."""
    counts: dict[str, list[str]] = {}
    for text in texts:
        tokens = _tokens(text)
        for sign, kind in _signs("value"):
            run = _run_at(tokens, sign.replace(" ", ""))
            if run is not None and run[0] == 0:
                counts.setdefault(kind, []).append(text)
                break
    return [
        KindSign(kind, "value", found[0], column, len(found) / len(texts))
        for kind, found in counts.items()
        if len(found) / len(texts) > _SHARE
    ]
