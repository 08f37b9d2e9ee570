"""Absorbed land in every format, chosen by the ending of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from layers.write import Sheet
from maps.absorption_map import interval_look, lost_land, lost_layers, zone_layers
from maps.absorption_tables import (
    SECTION,
    asked_text,
    housing_table,
    ledger_table,
    place_label,
    places_table,
    years_text,
)
from maps.change_map import change_look
from maps.columns import excel_formats
from maps.export.files import AnswerFiles
from maps.export.kml import placed, told
from maps.tables import records
from spatial.absorption import Absorption

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.canvas import MapLayer

__all__ = ["AbsorptionFiles", "absorption_content"]

_FILL: Final = 0.6
_DIGITS: Final = {
    **dict.fromkeys(
        (
            *("area_ha", "opening_ha", "closing_ha", "lost_to_housing_ha", "lost_to_other_ha", "gained_ha"),
            *("lost_to_no_data_ha", "gained_from_housing_ha", "gained_from_no_data_ha", "noise_ha"),
            *("noise_lost_ha", "noise_gained_ha", "uncovered_before_ha", "uncovered_after_ha"),
            *("uncovered_ha", "zone_ha", "housing_ha", "housing_first_ha", "lost_ha_year", "pace_ha_year"),
            *("slowest_ha_year", "fastest_ha_year"),
        ),
        4,
    ),
    **dict.fromkeys(
        ("years_left", "years_low", "years_high", "chance_pct", "share_pct", "lost_share_pct"), 1
    ),
}
#: places that share no land with one another and make up the whole
_PARTS: Final = ("unit", "outside")


class AbsorptionFiles(AnswerFiles[Absorption]):
    """Tables and layers of absorbed land."""

    endings = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv", ".html")
    heading = "absorption_export.title"

    @property
    def notes(self) -> list[str]:
        """Lines above every table: what was followed, and how totals count."""
        return [
            *super().notes,
            asked_text(self.answer, self.words),
            self.words("absorption_export.closes"),
            self.words("absorption_export.range"),
        ]

    def tables(self) -> dict[str, Sheet]:
        """Ledger, places with their years left, housing inside zones."""
        say = self.words
        formats = excel_formats(_DIGITS, say, section=SECTION)
        made = {
            "ledger": ledger_table(self.answer, say),
            "places": places_table(self.answer, say),
            "already_housing": housing_table(self.answer, say),
        }
        return {
            name: Sheet(say(f"absorption_export.{name}"), frame, self.notes, formats)
            for name, frame in made.items()
        }

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Return every piece, every place with its figures, housing inside zones."""
        answer = self.answer
        named = answer.pieces.assign(note=self.note)
        figures = pd.DataFrame(answer.years_left).drop(columns=["scope", "place", "name", "ring_m"])
        figures["years_said"] = [years_text(row, self.words) for row in records(answer.years_left)]
        figures["rank"] = figures["rank"].astype("Int64")
        facts = pd.concat([answer.places.drop(columns="geometry"), figures], axis=1)
        places = gpd.GeoDataFrame(
            facts.assign(note=self.note), geometry=answer.places.geometry, crs=answer.places.crs
        )
        homes = answer.already_housing.assign(note=self.note)
        # tables of a GeoPackage must not be called what a layer is called
        return {"lost": self.features(), "pieces": named, "place_areas": places, "housing_in_zones": homes}

    def shapes(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Return what was lost, places and housing; the pieces of every place are for the GeoPackage."""
        return {name: frame for name, frame in self.layers().items() if name != "pieces"}

    def features(self) -> gpd.GeoDataFrame:
        """Land that housing took, each hectare once."""
        lost = lost_land(self.answer)
        facts = pd.DataFrame(lost.drop(columns=["geometry", "noise", "flow"]))
        facts["place_name"] = [place_label(row, self.words) for row in records(facts)]
        facts["area_ha"] = facts.pop("area_m2") / 1e4
        facts["on_date"], facts["note"] = self.answer.run["on"], self.note
        return gpd.GeoDataFrame(facts.reset_index(drop=True), geometry=lost.geometry.to_numpy(), crs=lost.crs)

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Land that housing took by interval, and the housing inside zones."""
        lost, say = self.features(), self.words
        intervals = list(dict.fromkeys(self.answer.ledger["interval"]))
        out = {}
        for n, interval in enumerate(intervals):
            part = lost[lost["interval"] == interval]
            look = replace(interval_look(n, len(intervals)), opacity=_FILL)
            facts = [
                told(f"{r['before']} → {r['after']}", f"{say.number(r['area_ha'])} ha", r["note"])
                for r in records(part)
            ]
            if len(part):
                out[say("absorption_export.folder", interval=interval)] = placed(
                    part, name=part["place_name"], facts=facts, look=look
                )
        homes = self.answer.already_housing
        if len(homes):
            facts = [told(f"{say.number(r['housing_ha'])} ha", self.note) for r in records(homes)]
            look = replace(change_look("changed"), opacity=_FILL)
            out[say("absorption_export.already_housing")] = placed(
                homes, name=homes["name"].where(homes["name"] != "", homes["zone"]), facts=facts, look=look
            )
        return out

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Lost land and zones; the first view shows the whole scope."""
        whole = self.answer.places[self.answer.places["scope"] == "total"]
        return [*zone_layers(self.answer, self.words), *lost_layers(self.answer, self.words)], whole


def absorption_content(answer: Absorption) -> dict[str, Any]:
    """Return the answer for scripts.

    Parameters
    ----------
    answer : Absorption

    Returns
    -------
    dict
        ``ledger``: one record per interval and part of the whole (units and what lies in none, without
        units the whole), so that its sums are those of ``totals``; ``totals``: the whole by interval;
        ``zones``, ``rings``: the ledger of zones and rings, which may share land, ``scope`` *zones* and
        *rings* counting it once; ``years_left``: the whole; ``by_unit``, ``by_zone``, ``by_ring``: every
        place over all intervals with its years left; ``already_housing``. No figure is ``None``.
    """
    ledger, left = answer.ledger, answer.years_left
    parts = _PARTS if (ledger["scope"] == "unit").any() else ("total",)
    homes = pd.DataFrame(answer.already_housing.drop(columns="geometry"))
    whole = _plain(left[left["scope"] == "total"])[0]
    return {
        "ledger": _plain(ledger[ledger["scope"].isin(parts)]),
        "totals": _plain(ledger[ledger["scope"] == "total"]),
        "zones": _plain(ledger[ledger["scope"].isin(["zone", "zones"])]),
        "rings": _plain(ledger[ledger["scope"].isin(["ring", "rings"])]),
        "years_left": whole,
        "by_unit": _plain(left[left["scope"].isin(_PARTS)]),
        "by_zone": _plain(left[left["scope"].isin(["zone", "zones"])]),
        "by_ring": _plain(left[left["scope"].isin(["ring", "rings"])]),
        "already_housing": _plain(homes),
    }


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in records(frame)
    ]
