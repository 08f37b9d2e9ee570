"""Zones drawn for a question: what the question holds of them, and the layers they are judged as."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import shapely

from layers import Finding, Workspace
from layers.errors import QuestionError
from layers.kinds import kind
from maps.drawing import Drawn

if TYPE_CHECKING:
    from pyproj import CRS

    from layers import Layer

__all__ = ["LATER", "DrawnZone", "drawn_layers", "with_drawn_named"]

#: a field of a question that older questions lack: while it is empty it doesn't count for their key
LATER: Final = {"later": True}
_A = TypeVar("_A", bound=Any)


@dataclass(frozen=True)
class DrawnZone:
    """A boundary that somebody drew to have it judged.

    Parameters
    ----------
    name : str
        What it is called in the answer.
    kind : str
        Kind of zone, one of :func:`layers.kinds.kinds`.
    wkt : str
        Its corners to the millimetre, in the system of the workspace.
    source : str
        Words for where it comes from.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> zone = DrawnZone("Khu A", "industrial_cluster", "POLYGON ((0 0, 400 0, 400 250, 0 250, 0 0))", "vẽ")
    >>> zone.drawn(as_crs(5897)).area_ha, zone.layer(as_crs(5897)).provenance.steps
    (10.0, ('drawn x4',))
    """

    name: str
    kind: str
    wkt: str
    source: str

    def drawn(self, crs: CRS) -> Drawn:
        """Return the boundary.

        Parameters
        ----------
        crs : pyproj.CRS
            Of the workspace.

        Returns
        -------
        Drawn

        Raises
        ------
        QuestionError
            ``drawn_unreadable`` where the text is no area.
        """
        try:
            area = shapely.from_wkt(self.wkt)
        except shapely.errors.ShapelyError as error:
            raise QuestionError("drawn_unreadable", found=self.wkt[:80]) from error
        if not isinstance(area, shapely.Polygon | shapely.MultiPolygon) or area.is_empty or not area.is_valid:
            raise QuestionError("drawn_unreadable", found=self.wkt[:80])
        return Drawn(area, crs)

    def layer(self, crs: CRS) -> Layer:
        """Return the layer of one feature that it is judged as.

        Parameters
        ----------
        crs : pyproj.CRS

        Returns
        -------
        Layer

        Raises
        ------
        QuestionError
            As :meth:`drawn`; ``kind_unknown``.
        """
        return self.drawn(crs).layer(self.name, kind(self.kind).name, source=self.source)


def drawn_layers(zones: tuple[DrawnZone, ...], folder: str) -> list[Layer]:
    """Make the layers of drawn zones.

    Parameters
    ----------
    zones : tuple of DrawnZone
    folder : str
        The workspace, whose system their corners are in.

    Returns
    -------
    list of Layer

    Raises
    ------
    ThoCongError
        As :meth:`DrawnZone.layer`.
    """
    crs = Workspace(folder).crs if zones else None
    return [zone.layer(crs) for zone in zones] if crs is not None else []


def with_drawn_named(answer: _A, zones: tuple[DrawnZone, ...], folder: str) -> _A:
    """Say in an answer which of its zones were drawn: no table, map or file of it may pass them for approved.

    Parameters
    ----------
    answer : Answer
        A frozen dataclass with ``findings``.
    zones : tuple of DrawnZone
    folder : str

    Returns
    -------
    Answer
        With a finding ``zone_drawn`` for each.
    """
    if not zones:
        return answer
    crs = Workspace(folder).crs
    said = [
        Finding(
            "zone_drawn",
            zone.name,
            None,
            "info",
            {"count": zone.drawn(crs).corners, "area_ha": zone.drawn(crs).area_ha},
        )
        for zone in zones
    ]
    named: _A = replace(answer, findings=(*said, *answer.findings))
    return named
