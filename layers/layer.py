"""A layer: a frame of features with its kind, period and origin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from layers.kinds import kind
from layers.provenance import Provenance

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from layers.kinds import Kind
    from layers.period import Period

__all__ = ["Layer"]


@dataclass(frozen=True)
class Layer:
    """A checked frame of features and what must be known to use it.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Features; the index is their identity.
    name : str
        Name in the workspace and in answers.
    kind_name : str
        One of :func:`layers.kinds.kinds`.
    period : Period, optional
        Years and stage; ``None`` where nobody said.
    provenance : Provenance
    extent : shapely geometry, optional
        Land that was surveyed for a sparse kind, in the CRS of the frame. Without it a layer is taken
        to speak for whatever the box round its features meets, and answers say so.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(0, 0, 100, 100)], crs=5897)
    >>> Layer(square, "khu", "industrial_park").kind.role
    'zone'
    """

    frame: gpd.GeoDataFrame
    name: str
    kind_name: str
    period: Period | None = None
    provenance: Provenance = field(default_factory=Provenance)
    extent: BaseGeometry | None = None

    @property
    def kind(self) -> Kind:
        """The kind with its role, geometry and coverage."""
        return kind(self.kind_name)

    def with_frame(self, frame: gpd.GeoDataFrame, **changes: Any) -> Layer:
        """Return the same layer with other features.

        Parameters
        ----------
        frame : geopandas.GeoDataFrame
        **changes
            Other fields of the layer to change.

        Returns
        -------
        Layer
        """
        return replace(self, frame=frame, **changes)
