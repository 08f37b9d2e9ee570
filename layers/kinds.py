"""Kinds of layers: what a park, a cluster, a land-use map or a river layer must look like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from layers import reference
from layers.errors import QuestionError
from layers.names import fold

__all__ = ["Kind", "kind", "kinds", "zone_kind_of"]

# what people write in a kind column, folded to lower case without accents
_SPELLINGS = {
    "kcn": "industrial_park",
    "khu cong nghiep": "industrial_park",
    "park": "industrial_park",
    "ccn": "industrial_cluster",
    "cum cong nghiep": "industrial_cluster",
    "cluster": "industrial_cluster",
    "kcnc": "high_tech_zone",
    "cnc": "high_tech_zone",
    "khu cong nghe cao": "high_tech_zone",
    "hi_tech_zone": "high_tech_zone",
    "kkt": "economic_zone",
    "khu kinh te": "economic_zone",
}


@dataclass(frozen=True)
class Kind:
    """One kind of layer.

    Parameters
    ----------
    name : str
        Key, as in ``data/reference/kinds.csv``.
    role : {"zone", "constraint", "context"}
        What the kind is in a conflict question.
    geometry : {"polygon", "any"}
        What its features must be.
    coverage : {"full", "sparse"}
        ``full``: the features cover all the land, so land without a feature has no data.
        ``sparse``: land without a feature was looked at and is free, within the stated extent.
    answer_per : {"layer", "code", "feature"}
        What gets a row of its own in a conflict answer: the layer, each land-use code, each feature.
    required : tuple of str
        Columns that every layer of the kind must have.
    group : str
        Group in the layer tree.
    """

    name: str
    role: Literal["zone", "constraint", "context"]
    geometry: Literal["polygon", "any"]
    coverage: Literal["full", "sparse"]
    answer_per: Literal["layer", "code", "feature"]
    required: tuple[str, ...]
    group: str


@cache
def _all() -> dict[str, Kind]:
    rows = reference.table("kinds")
    return {
        str(name): Kind(
            name=str(name),
            role=cast("Literal['zone', 'constraint', 'context']", row["role"]),
            geometry=cast("Literal['polygon', 'any']", row["geometry"]),
            coverage=cast("Literal['full', 'sparse']", row["coverage"]),
            answer_per=cast("Literal['layer', 'code', 'feature']", row["answer_per"]),
            required=tuple(row["required"].split()),
            group=row["group"],
        )
        for name, row in rows.iterrows()
    }


def kinds(role: str | None = None) -> list[Kind]:
    """List the kinds.

    Parameters
    ----------
    role : {"zone", "constraint", "context"}, optional
        Only kinds of this role.

    Returns
    -------
    list of Kind
        In the order of the table.

    Examples
    --------
    >>> [k.name for k in kinds("zone")][:2]
    ['industrial_park', 'industrial_cluster']
    """
    return [k for k in _all().values() if role in (None, k.role)]


def kind(name: str) -> Kind:
    """Get a kind by its name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Kind

    Raises
    ------
    QuestionError
        ``kind_unknown``, with the kinds that exist.

    Examples
    --------
    >>> kind("land_use").required
    ('code',)
    """
    try:
        return _all()[name]
    except KeyError:
        raise QuestionError("kind_unknown", found=name, expected=list(_all())) from None


def zone_kind_of(text: str) -> str | None:
    """Read a zone kind as offices write it.

    Parameters
    ----------
    text : str
        ``"CCN"``, ``"Cụm công nghiệp"``, ``"industrial_cluster"``, ...

    Returns
    -------
    str or None
        Name of the kind, ``None`` if the text names none.

    Examples
    --------
    >>> zone_kind_of("Cụm công nghiệp"), zone_kind_of("KCN"), zone_kind_of("chợ")
    ('industrial_cluster', 'industrial_park', None)
    """
    folded = fold(text)
    found = _SPELLINGS.get(folded, folded)
    known = _all().get(found)
    return found if known and known.role == "zone" else None
