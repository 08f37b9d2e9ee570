"""A search for sites as files: one zip that opens in GIS, CAD, a globe, a spreadsheet."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from layers.dxf import write_dxf
from layers.write import Sheet
from maps.candidate_map import excluded_frame, site_layers
from maps.candidate_tables import (
    boundary_table,
    breakdown_table,
    checks_table,
    closing_line,
    communes_table,
    exclusion_table,
    land_table,
    site_table,
)
from maps.columns import excel_formats
from maps.decision_tables import DECIDED, LIMITS, REACHED, decision_table, limits_table, reached_table
from maps.export.dossier import dossier
from maps.export.dossier_docx import dossier_docx
from maps.export.dossier_pdf import dossier_pdf
from maps.export.files import AnswerFiles, write_answer
from maps.export.kml import placed, told
from maps.export.qgis import look_style
from maps.search_table import question_table
from maps.styles import kind_look
from maps.tables import measured_in, records
from spatial.candidates import CandidateAnswer
from spatial.decisions import chosen_sites, only_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from layers.write import LayerStyle
    from maps.canvas import MapLayer
    from maps.columns import Column
    from maps.words import Words

__all__ = ["ARCHIVE", "CandidateFiles", "write_dossier"]

#: name of the zip in the folder
ARCHIVE: Final = "candidates.zip"
_SECTION: Final = "site_column"
_DIGITS: Final = {
    **dict.fromkeys(("alone_ha", "added_ha", "left_ha", "area_ha", "rice_ha", "excluded_ha"), 4),
    **dict.fromkeys(("score", "value", "weight", "points", "compactness", "top_share"), 3),
    **dict.fromkeys(("width_m", "perimeter_m", "share_pct"), 1),
}
_FILES: Final = (".gpkg", ".zip", ".geojson", ".kml", ".xlsx", ".html")


class CandidateFiles(AnswerFiles[CandidateAnswer]):
    """Tables and layers of a search for sites: of those that were ticked, of all while none is.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words
    """

    endings: ClassVar[tuple[str, ...]] = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv", ".html")
    heading: ClassVar[str] = "site_export.title"
    bundled: ClassVar[str] = ARCHIVE

    def __init__(self, answer: CandidateAnswer, words: Words) -> None:
        ticked = chosen_sites(answer)
        super().__init__(only_sites(answer, ticked) if ticked else answer, words)
        self.of = len(answer.sites) if answer.decisions is None else len(answer.decisions.rows)

    @property
    def scope(self) -> str:
        """Which of the sites are in the files."""
        names = [str(site) for site in self.answer.sites.index]
        if not names:
            return self.words("site_export.scope_none")
        if chosen_sites(self.answer):
            return self.words(
                "site_export.scope_ticked", names=", ".join(names), count=len(names), of=self.of
            )
        return self.words("site_export.scope_all", count=len(names))

    @property
    def notes(self) -> list[str]:
        """Lines above every table of a workbook, which sites are in it among them."""
        return [*super().notes, self.scope]

    def about(self) -> str:
        """Say what the answer was made from, and which sites are in the files."""
        title, *lines = super().about().split("\n")
        return "\n".join([title, self.scope, *lines])

    def bundle(self, path: Path) -> None:
        """Write everything as one zip."""
        write_dossier(self.answer, path.parent, self.words).replace(path)

    def tables(self) -> dict[str, Sheet]:
        """Sites, their breakdown, exclusions, land, communes, rules, boundaries."""
        say, answer = self.words, self.answer
        found = answer.exclusions
        closing = closing_line(found, say)
        system = say("site_export.system", crs=measured_in(answer, say))
        frames = {
            "ranked": (site_table(answer, say), []),
            "breakdown": (breakdown_table(answer, say), []),
            "exclusions": (exclusion_table(answer, say), [closing]),
            "land": (land_table(answer, say), []),
            "communes": (communes_table(answer, say), []),
            "checks": (checks_table(answer, say), []),
            "boundaries": (boundary_table(answer.sites, say), [system, *self._areas()]),
            "question": (question_table(answer, say), []),
        }
        formats = excel_formats(_DIGITS, say, section=_SECTION)
        ranked, *others = (
            (name, Sheet(say(f"site_sheet.{name}"), frame, [*self.notes, *notes], formats))
            for name, (frame, notes) in frames.items()
        )
        return dict([ranked, *self._decided(), *others])

    def _decided(self) -> list[tuple[str, Sheet]]:
        """Decisions about every site that was found, what was asked of sites, what was reached into."""
        if self.answer.decisions is None:
            return []
        say, notes = self.words, self.notes
        tables = {
            "decisions": (decision_table(self.answer, say), DECIDED),
            "limits": (limits_table(self.answer, say), LIMITS),
            "reached": (reached_table(self.answer, say), REACHED),
        }
        return [
            (name, Sheet(say(f"site_sheet.{name}"), frame, notes, _formats(columns, say)))
            for name, (frame, columns) in tables.items()
        ]

    def _before(self) -> gpd.GeoDataFrame:
        """Boundaries as the search formed them, of sites that were drawn anew."""
        told = self.answer.decisions
        found = told.found if told is not None else self.answer.sites[["geometry"]]
        drawn = set(told.rows.index[told.rows["redrawn"].astype(bool)]) if told is not None else set()
        kept = [site for site in self.answer.sites.index if site in drawn]
        return found.loc[kept].reset_index(names="site").assign(note=self.note)

    def _areas(self) -> list[str]:
        say = self.words
        return [
            say("site_export.area", site=site, area_ha=float(ha))
            for site, ha in (self.answer.sites["area_ha"].items() if len(self.answer.sites) else ())
        ]

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Sites, land that constraints take, good land passed over, the area of search."""
        return {
            "sites": self._sites(),
            "before_redraw": self._before(),
            "excluded": excluded_frame(self.answer, self.words),
            "passed_over": self.answer.passed_over.assign(note=self.note),
            "search_area": self.answer.exclusions.area.dissolve().assign(note=self.note),
        }

    def shapes(self) -> Mapping[str, gpd.GeoDataFrame]:
        """All layers."""
        return self.layers()

    def _sites(self) -> gpd.GeoDataFrame:
        sites = self.answer.sites
        out = sites.reset_index(names="site") if len(sites) else sites.assign(site=[])
        told = self.answer.decisions
        if told is not None and len(sites):
            noted = told.rows.loc[sites.index, ["decision", "reason", "redrawn"]].reset_index(drop=True)
            out = out.join(noted)
        return out.assign(
            on_date=self.answer.run["on"], rules=self.answer.run["rule_version"], note=self.note
        )

    def styles(self) -> Mapping[str, LayerStyle]:
        """Sites as zones of their kind, taken land grey."""
        kind = self.answer.run["zone_kind"]
        looks = {
            "sites": kind,
            "before_redraw": "admin_unit",
            "excluded": "protected",
            "passed_over": "green_belt",
            "search_area": "admin_unit",
        }
        return {name: look_style(of, "area", self.words) for name, of in looks.items()}

    def features(self) -> gpd.GeoDataFrame:
        """Sites."""
        return self._sites()

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Sites with their figures."""
        sites, say = self.answer.sites, self.words
        facts = [
            told(
                say(
                    "site_export.figures",
                    rank=int(row["rank"]),
                    score=float(row["score"]),
                    area_ha=float(row["area_ha"]),
                ),
                str(row["commune"]),
                self.note,
            )
            for row in records(sites)
        ]
        look = replace(kind_look(self.answer.run["zone_kind"]), opacity=0.35)
        return {
            say("site_sheet.sites"): placed(sites, name=[str(s) for s in sites.index], facts=facts, look=look)
        }

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Area, taken land and sites."""
        return site_layers(self.answer, self.words), self.answer.exclusions.area


def write_dossier(answer: CandidateAnswer, folder: Path, words: Words) -> Path:
    """Write everything as one zip: of the sites that were ticked, of all while none is.

    Parameters
    ----------
    answer : CandidateAnswer
    folder : pathlib.Path
        Exists.
    words : Words

    Returns
    -------
    pathlib.Path
        ``candidates.zip`` in the folder: GeoPackage with styles, shapefiles, GeoJSON, KML, DXF, workbook,
        HTML map, a DOCX and a PDF for each site, and a text that says what it was made from.

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    files = CandidateFiles(answer, words)
    answer, target = files.answer, folder / ARCHIVE
    with tempfile.TemporaryDirectory(dir=folder, prefix=".draft-") as draft:
        inside = Path(draft)
        for ending in _FILES:
            if len(answer.sites) or ending in (".gpkg", ".xlsx", ".html"):
                write_answer(files, inside / f"candidates{'_shp' if ending == '.zip' else ''}{ending}")
        if len(answer.sites):
            _drawing(files, inside / "candidates.dxf")
        for site in map(str, answer.sites.index):
            blocks = dossier(answer, site, words)
            (inside / f"{site}.docx").write_bytes(dossier_docx(blocks))
            (inside / f"{site}.pdf").write_bytes(dossier_pdf(blocks))
        (inside / "README.txt").write_text(files.about() + "\n", encoding="utf-8")
        _packed(inside, target)
    return target


def _formats(columns: tuple[Column, ...], words: Words) -> dict[str, str]:
    return excel_formats({c.name: c.digits for c in columns if c.digits}, words, section="decision_column")


def _drawing(files: CandidateFiles, path: Path) -> None:
    answer = files.answer
    named = answer.sites.assign(label=[str(site) for site in answer.sites.index])
    around = answer.exclusions.area.dissolve().assign(label="")
    write_dxf(path, {"SITES": named, "SEARCH_AREA": around.explode()}, about=files.title)


def _packed(folder: Path, target: Path) -> None:
    whole = folder / ARCHIVE
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path != whole:
                archive.write(path, path.relative_to(folder).as_posix())
    whole.replace(target)
