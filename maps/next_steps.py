"""What a workspace has for the questions, and what it lacks: the list of what to do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from layers.kinds import kind, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version

__all__ = ["Holdings", "holdings"]

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
    wanting : dict of str to str
        Address of a page to what its question can't be asked without, where that isn't there.
    """

    layers: int
    features: int
    years: tuple[str, ...]
    zones: tuple[str, ...]
    constraints: tuple[str, ...]
    missing: tuple[str, ...]
    made: bool
    wanting: dict[str, str] = field(default_factory=dict)

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
            ``against`` (a layer to check against; zones can be drawn), ``targets`` (a layer to measure to),
            ``units`` (units to search in), ``versions`` (two layers of one kind), ``states`` (land of two
            dates), ``surveys`` (land use of two stated dates); empty where nothing is.
        """
        return self.wanting.get(page, "")


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
    ('states', 'against')
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
        wanting=_wanting(list(versions)),
    )


def _wanting(versions: list[Version]) -> dict[str, str]:
    """Ask of every page what it offers itself, so that no door is shut to a question that can be asked."""
    # the questions bring all that answers them; who only counts layers needs none of it
    from maps.absorption_question import absorption_choices  # noqa: PLC0415
    from maps.candidate_question import search_layers  # noqa: PLC0415
    from maps.change_question import land_choices  # noqa: PLC0415
    from maps.comparison_question import comparable  # noqa: PLC0415
    from maps.distance_question import distance_choices  # noqa: PLC0415
    from maps.question import choices  # noqa: PLC0415

    zones, others = choices(versions, None)
    search = search_layers(versions, None)
    there = [
        ("xung-dot", "against", others or zones),  # a drawn zone is checked against zones as well
        ("khoang-cach", "targets", distance_choices(versions, None)[1]),
        ("chon-dia-diem", "against", search.constraints),
        ("chon-dia-diem", "units", search.areas),
        ("so-sanh-ky", "versions", comparable(versions)),
        ("dat-bi-hap-thu", "surveys", len(absorption_choices(versions).series) >= _TWO),
        ("bien-dong", "states", len(land_choices(versions)) >= _TWO),
    ]
    lacking: dict[str, str] = {}
    for page, need, found in there:
        if not found:
            lacking.setdefault(page, need)
    return lacking
