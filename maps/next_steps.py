"""What a workspace has for the questions, and what it lacks: the list of what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from layers.kinds import kind, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version

__all__ = ["Holdings", "holdings"]

#: address of a page to what its question can't be asked without
_NEEDS: Final = {
    "xung-dot": "against",
    "khoang-cach": "against",
    "chon-dia-diem": "against",
    "so-sanh-ky": "versions",
    "dat-bi-hap-thu": "surveys",
    "bien-dong": "surveys",
}
_TWO: Final = 2


@dataclass(frozen=True)
class Holdings:
    """What a workspace holds.

    Parameters
    ----------
    layers, features : int
        Current versions, and their rows together.
    years : tuple of str
        Last years of the periods, ascending.
    zones, constraints : tuple of str
        Kinds that are there.
    missing : tuple of str
        Kinds that zones are checked against and that are not there: their part of an answer is *no data*.
    made : bool
    pairs : tuple of str
        Kinds of which there are two layers or more.
    """

    layers: int
    features: int
    years: tuple[str, ...]
    zones: tuple[str, ...]
    constraints: tuple[str, ...]
    missing: tuple[str, ...]
    made: bool
    pairs: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether a question can be asked: something to check, and something to check it against."""
        return bool(self.zones and self.constraints)

    def lacks(self, page: str) -> str:
        """Say what is missing before a page can be asked.

        Parameters
        ----------
        page : str
            As its address names it.

        Returns
        -------
        str
            ``against`` (a layer to check against; zones can be drawn), ``versions`` (two layers of one kind),
            ``surveys`` (land use of two dates); empty where nothing is.
        """
        need = _NEEDS.get(page, "")
        there = {
            "against": bool(self.constraints),
            "versions": bool(self.pairs),
            "surveys": "land_use" in self.pairs,
        }
        return "" if there.get(need, True) else need


def holdings(versions: Sequence[Version]) -> Holdings:
    """Take stock of a workspace.

    Parameters
    ----------
    versions : sequence of Version
        Current versions of its layers.

    Returns
    -------
    Holdings

    Examples
    --------
    >>> nothing = holdings([])
    >>> nothing.ready, nothing.layers, "land_use" in nothing.missing
    (False, 0, True)
    >>> nothing.lacks("bien-dong"), nothing.lacks("xung-dot")
    ('surveys', 'against')
    """
    present = Counter(v.kind_name for v in versions)
    asked = [k.name for k in kinds("constraint")]
    return Holdings(
        layers=len(versions),
        features=sum(v.rows for v in versions),
        years=tuple(sorted({str(v.period.last) for v in versions if v.period})),
        zones=tuple(k.name for k in kinds("zone") if k.name in present),
        constraints=tuple(name for name in asked if name in present),
        missing=tuple(name for name in asked if name not in present),
        made=any(v.provenance.made for v in versions if kind(v.kind_name)),
        pairs=tuple(sorted(name for name, count in present.items() if count >= _TWO)),
    )
