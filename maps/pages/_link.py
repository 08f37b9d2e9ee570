"""What table, map and detail of a page have in common: the row and the group that somebody chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
import streamlit as st

from layers.crs import as_crs, to_crs
from maps.canvas import to_lonlat
from maps.pages._map import clicked_point, go_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.asking import Answer

    Find = Callable[[float, float], tuple[str | None, int | None]]

__all__ = ["Link"]

_LONLAT = 4326


@dataclass(frozen=True)
class Link:
    """The choice of a page: a click on the map sets it, a click on a row sets it, both show it.

    Parameters
    ----------
    name : str
        Of the page; the map, the table and the choice are kept under it.
    """

    name: str

    @property
    def row(self) -> int | None:
        """Index of the row chosen."""
        row: int | None = st.session_state.get(f"{self.name}-row")
        return row

    @property
    def group(self) -> str | None:
        """Label of the zone, source or other group chosen."""
        group: str | None = st.session_state.get(f"{self.name}-group")
        return group

    @property
    def mark(self) -> int:
        """Grows when the table has to start again with another choice."""
        return int(st.session_state.get(f"{self.name}-mark", 0))

    def choose(self, group: str | None, row: int | None = None) -> None:
        """Choose from outside of the table.

        Parameters
        ----------
        group : str or None
        row : int or None
        """
        st.session_state[f"{self.name}-group"] = group or None
        st.session_state[f"{self.name}-row"] = row
        st.session_state[f"{self.name}-mark"] = self.mark + 1

    def forget(self) -> None:
        """Choose nothing: a new question was asked."""
        self.choose(None)

    def take_click(
        self, answer: Answer, find: Callable[[float, float], tuple[str | None, int | None]]
    ) -> None:
        """Let a click on the map that nobody has handled yet choose what lies there.

        Parameters
        ----------
        answer : Answer
        find : callable
            Takes x and y in the CRS of the answer, returns the group and the row there.
        """
        point = clicked_point(self.name)
        if point is None:
            return
        here = gpd.GeoDataFrame(geometry=[shapely.Point(*point)], crs=as_crs(_LONLAT))
        place = to_crs(here, as_crs(answer.run["crs"])).geometry
        self.choose(*find(float(place.x.iloc[0]), float(place.y.iloc[0])))

    def follow(
        self, row: int | None, place: Callable[[int], gpd.GeoDataFrame | None], *, closest: float = 16.0
    ) -> None:
        """Keep the row that was chosen in the table, and take the map there when it is a new one.

        Parameters
        ----------
        row : int or None
            From :func:`maps.pages._table.show_table`.
        place : callable
            Returns where a row lies, or None where it lies nowhere.
        closest : float
            Largest zoom.
        """
        if row == self.row:
            return
        st.session_state[f"{self.name}-row"] = row
        frame = place(row) if row is not None else None
        if frame is None or frame.empty:
            return
        west, south, east, north = to_lonlat(frame[[frame.geometry.name]]).total_bounds
        go_to(self.name, (float(west), float(south), float(east), float(north)), closest=closest)
