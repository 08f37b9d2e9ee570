"""What land is left out of a search: kind of zone, day, rules, and what the asker decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial._limits import check_buffer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from spatial.provinces import Provinces

__all__ = ["ExclusionQuestion"]


@dataclass(frozen=True)
class ExclusionQuestion:
    """For what kind of zone land is sought, under which rules, and what the asker decided.

    Parameters
    ----------
    zone_kind : str
        Kind of the new zone, such as ``industrial_cluster``.
    on : datetime.date
        Day whose rules hold.
    rules : pandas.DataFrame
        ``layers.reference.table("conflict_rules")``.
    distances : pandas.DataFrame
        ``layers.reference.table("safety_distances")``.
    allow : tuple of str
        Kinds, or ``land_use:CODE``, whose land stays in the search though it needs consent.
    avoid : tuple of str
        Kinds, or ``land_use:CODE`` with the codes below it, whose land the asker leaves out though no rule
        in the tables asks it.
    choose : mapping of str to tuple of str
        Kind of layer to the rows of the distance table that apply to it by choice.
    buffers_m : mapping of str to float
        Kind of layer to a distance of the asker's own, metres on the ground, without a clause.
    waive : tuple of str
        Constraints that the asker doesn't want applied, whatever the law says: a kind with all its rules,
        ``land_use:CODE``, or ``KIND:RULE`` for a row of the distance table. They stay in the list, and
        one that the law asks for is said to be the asker's own choice against the table.
    order : tuple of str
        Constraints that take land before all others, in this order; named as in `waive`.
    provinces : Provinces, optional
        Land whose province is known; without it the units among the layers tell. A rule of one province
        takes land within it only.
    """

    zone_kind: str
    on: date
    rules: pd.DataFrame
    distances: pd.DataFrame
    allow: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    choose: Mapping[str, tuple[str, ...]] | None = None
    buffers_m: Mapping[str, float] | None = None
    waive: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    provinces: Provinces | None = None

    def __post_init__(self) -> None:
        """Refuse distances that are none: ``distance_wrong``, ``distance_too_large``."""
        for distance_m in (self.buffers_m or {}).values():
            check_buffer(distance_m)
