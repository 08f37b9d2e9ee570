"""Names of constraints, layers, land and rules in words: what stands for them in answers is for machines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from layers import reference
from layers.kinds import kinds
from layers.landuse import code_list
from layers.names import fold

if TYPE_CHECKING:
    from maps.words import Words

__all__ = ["constraint_said", "land_name", "layer_label", "layer_said", "layered_kind", "rule_said"]

_NAME: Final = re.compile(
    r"(?P<kind>[a-z_]+)(?::(?P<part>[^!+ (]+))?(?P<own>!)?(?:\+(?P<metres>[\d.]+) m)?(?: \((?P<layer>.+)\))?"
)
_NO_DATA: Final = "no_data:"
_YEAR: Final = re.compile(r"_(\d{4}(?:-\d{4})?)$")


def constraint_said(text: str, words: Words) -> str:
    """Write a constraint as it stands in answers and files.

    Parameters
    ----------
    text : str
        Kind, perhaps with a code of land or a rule behind a colon, ``!`` for one left out by choice, a
        distance of the asker's own, a layer in brackets; ``no_data:`` before a kind.
    words : Words

    Returns
    -------
    str
        The text as it is where it is no constraint.

    Examples
    --------
    >>> from maps.words import words
    >>> constraint_said("land_use:RPH! (land_use_2010)", words("vi"))
    'Sử dụng đất 2010: Đất rừng phòng hộ (tự bỏ)'
    >>> constraint_said("river+50 m", words("vi")), constraint_said("DAM-II", words("vi"))
    ('Trong 50 m: Sông, suối (khoảng cách tự đặt)', 'DAM-II')
    """
    bare = text.removeprefix(_NO_DATA)
    if bare != text:
        return words("site_tier.no_data_of", name=constraint_said(bare, words))
    found = _NAME.fullmatch(text)
    if found is None or not words.has(f"kind.{found['kind']}"):
        return text
    said = layered_kind(found["kind"], found["layer"] or "", words)
    if found["part"]:
        said = f"{said}: {_part(found['part'], words)}"
    if found["metres"]:
        said = words("site_tier.within_own", required_m=float(found["metres"]), name=said)
    if found["own"]:
        said = f"{said} ({words('site_why.own_short')})"
    return said


def layered_kind(kind: str, layer: str, words: Words) -> str:
    """Name a kind, and the layer of it where there are several.

    Parameters
    ----------
    kind : str
    layer : str
        Empty where the kind says enough.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> [layered_kind("land_use", layer, words("en")) for layer in ("", "land_use_2010", "Thửa đất")]
    ['Land use', 'Land use 2010', 'Land use (Thửa đất)']
    """
    said = words(f"kind.{kind}")
    if not layer:
        return said
    year = _YEAR.search(layer)
    label = layer_label(layer, kind, year[1] if year else None, words)
    return label if label != layer else f"{said} ({layer})"


def layer_said(name: str, words: Words) -> str:
    """Name a layer of which nothing but its name is known, as in a question that was kept.

    Parameters
    ----------
    name : str
    words : Words

    Returns
    -------
    str
        Kind and year in words where it is named after them, else its own name.

    Examples
    --------
    >>> from maps.words import words
    >>> [layer_said(name, words("vi")) for name in ("cemeteries", "land_use_2025", "Khu mới")]
    ['Nghĩa trang', 'Sử dụng đất 2025', 'Khu mới']
    """
    year = _YEAR.search(name)
    labels = (layer_label(name, kind.name, year[1] if year else None, words) for kind in kinds())
    return next((label for label in labels if label != name), name)


def layer_label(name: str, kind: str, period: str | None, words: Words) -> str:
    """Name a layer for people.

    Parameters
    ----------
    name, kind : str
    period : str or None
    words : Words

    Returns
    -------
    str
        Kind and period in words for a layer named after them (``land_use_2025``), else its own name.

    Examples
    --------
    >>> from maps.words import words
    >>> layer_label("land_use_2025", "land_use", "2025", words("vi"))
    'Sử dụng đất 2025'
    >>> layer_label("Khu mới", "industrial_park", None, words("vi"))
    'Khu mới'
    """
    if words.has(f"layer_made.{name}"):
        return words(f"layer_made.{name}")
    stem = fold(name).replace("-", "_").replace(" ", "_")
    plural = (kind, f"{kind}s", kind.removesuffix("y") + "ies", "communes", "districts")
    year = (period or "").split("-")[-1]
    named_after = any(stem in (p, f"{p}_{year}", f"{p}_{period}") for p in plural)
    if not named_after:
        return name
    key = (
        f"kind_many.{stem.split('_')[0]}"
        if stem.startswith(("communes", "districts"))
        else f"kind_many.{kind}"
    )
    return f"{words(key)} {period}".strip() if period else words(key)


def land_name(code: str, words: Words) -> str:
    """Name a land-use code in the language of the reader.

    Parameters
    ----------
    code : str
    words : Words

    Returns
    -------
    str
        Empty for an unknown code.
    """
    entry = code_list().get(code)
    if entry is None:
        return ""
    return (entry.name_vi or entry.name_en) if words.lang == "vi" else entry.name_en


def rule_said(rule: str, words: Words) -> str:
    """Say what a row of the table of distances is about.

    Parameters
    ----------
    rule : str
        Its id.
    words : Words

    Returns
    -------
    str
        The id where the row has no title.

    Examples
    --------
    >>> from maps.words import words
    >>> rule_said("DAM-II", words("en")), rule_said("no such row", words("en"))
    ('Dam, grade II', 'no such row')
    """
    table = reference.table("distance_targets")
    title = str(table.loc[rule, f"label_{words.lang}"]) if rule in table.index else ""
    return title or rule


def _part(part: str, words: Words) -> str:
    return land_name(part, words) or rule_said(part, words)
