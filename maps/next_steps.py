"""What a workspace has for the questions, and what it lacks: the list of what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.kinds import kind, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version

__all__ = ["Holdings", "holdings"]


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
    """

    layers: int
    features: int
    years: tuple[str, ...]
    zones: tuple[str, ...]
    constraints: tuple[str, ...]
    missing: tuple[str, ...]
    made: bool

    @property
    def ready(self) -> bool:
        """Whether a question can be asked: something to check, and something to check it against."""
        return bool(self.zones and self.constraints)


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
    """
    present = {v.kind_name for v in versions}
    asked = [k.name for k in kinds("constraint")]
    return Holdings(
        layers=len(versions),
        features=sum(v.rows for v in versions),
        years=tuple(sorted({str(v.period.last) for v in versions if v.period})),
        zones=tuple(k.name for k in kinds("zone") if k.name in present),
        constraints=tuple(name for name in asked if name in present),
        missing=tuple(name for name in asked if name not in present),
        made=any(v.provenance.made for v in versions if kind(v.kind_name)),
    )
