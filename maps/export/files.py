"""Any answer in every format: an answer says what its tables and layers are, one writer makes the files."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from layers.errors import SourceError
from layers.write import (
    Sheet,
    write_csv,
    write_geojson,
    write_gpkg,
    write_shapefile_zip,
    write_text,
    write_xlsx,
)
from maps.asking import Answer
from maps.columns import headings, without_dust
from maps.export.kml import shapes_kml
from maps.export.page import Section, map_page, with_tables
from maps.tables import findings_table, made_note, run_table, titled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from layers.form import Form
    from layers.write import LayerStyle
    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["AnswerFiles", "run_facts", "source_of", "write_answer"]

_A = TypeVar("_A", bound=Answer)


class AnswerFiles(ABC, Generic[_A]):
    """What an answer gives to files.

    A class for each kind of answer names its tables and layers; what is never asked for is never made.

    Parameters
    ----------
    answer : Answer
    words : Words
        Language of everything in the files.
    """

    #: endings on offer; one whose method below is not written must not stand here
    endings: ClassVar[tuple[str, ...]] = (".xlsx", ".csv")
    #: words of the title, which take ``on``
    heading: ClassVar[str]
    #: name of the one zip that holds every format, where there is such a thing
    bundled: ClassVar[str] = ""

    def __init__(self, answer: _A, words: Words) -> None:
        self.answer = answer
        self.words = words

    @abstractmethod
    def tables(self) -> dict[str, Sheet]:
        """Return the tables, the rows first; findings and the run are added to them.

        Returns
        -------
        dict of str to Sheet
            Name in a GeoPackage (``rows``, ``totals``, ...) to title, frame headed in words, notes and
            number formats.
        """

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Return the layers of a GeoPackage and of the shapefiles, ASCII column names, each with a ``note``.

        Returns
        -------
        mapping of str to geopandas.GeoDataFrame
        """
        raise NotImplementedError

    def styles(self) -> Mapping[str, LayerStyle]:
        """Return how the layers look in QGIS.

        Returns
        -------
        mapping of str to LayerStyle
            By name of the layer.
        """
        return {}

    def shapes(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Return the layers of the shapefiles, where they are fewer than those of the GeoPackage.

        Returns
        -------
        mapping of str to geopandas.GeoDataFrame
        """
        return self.layers()

    def features(self) -> gpd.GeoDataFrame:
        """Return what GeoJSON holds.

        Returns
        -------
        geopandas.GeoDataFrame
        """
        raise NotImplementedError

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Return what KML holds, as :func:`maps.export.kml.shapes_kml` takes it.

        Returns
        -------
        mapping of str to geopandas.GeoDataFrame
        """
        raise NotImplementedError

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Return the layers of the HTML map, and what its first view shows.

        Returns
        -------
        layers : list of MapLayer
        view : geopandas.GeoDataFrame
            Its CRS is shown under the pointer.
        """
        raise NotImplementedError

    def keyed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put after the rows in words what scripts need of them; workbook and CSV file carry it.

        Parameters
        ----------
        table : pandas.DataFrame
            Rows in words, index of the rows.

        Returns
        -------
        pandas.DataFrame
        """
        return table

    def sourced(self) -> Mapping[str, Any]:
        """Return columns of a CSV file beside its rows: a file of its own has no sheet on its sources.

        Returns
        -------
        mapping of str to value or list of values
            By heading.
        """
        return {}

    def forms(self) -> Sequence[Form]:
        """Return sheets that stand before the tables in a workbook, laid out as an official form is.

        Returns
        -------
        sequence of Form
        """
        return ()

    def read_first(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put the rows of the HTML page in the order of reading.

        Parameters
        ----------
        table : pandas.DataFrame
            Rows in words, index of the rows.

        Returns
        -------
        pandas.DataFrame
        """
        return table

    def bundle(self, path: Path) -> None:
        """Write every format as one zip; only where ``bundled`` says that there is one.

        Parameters
        ----------
        path : pathlib.Path
        """
        raise NotImplementedError

    @property
    def scope(self) -> str:
        """Which part of the answer is in the files; empty where all of it is."""
        return ""

    @property
    def title(self) -> str:
        """What the answer answers, the day it holds for, the made-data label."""
        return titled(self.heading, self.answer, self.words)

    @property
    def note(self) -> str:
        """The made-data label, empty where nothing is made."""
        return made_note(self.answer, self.words)

    @property
    def notes(self) -> list[str]:
        """Lines above every table of a workbook."""
        return [self.title, self.words("export.rules", version=self.answer.run["rule_version"])]

    def about(self) -> str:
        """Say what the answer was made from, line by line.

        Returns
        -------
        str
        """
        what, value = run_table(self.answer, self.words).to_numpy().T
        lines = [f"{name}: {text}" for name, text in zip(what, value, strict=True) if text]
        return "\n".join([self.title, *lines])

    def behind(self) -> list[Sheet]:
        """Return the tables that every answer has: findings and the run.

        Returns
        -------
        list of Sheet
        """
        say = self.words
        return [
            Sheet(say("sheet.findings"), findings_table(self.answer.findings, say), self.notes),
            Sheet(say("sheet.run"), run_table(self.answer, say), self.notes),
        ]


def write_answer(files: AnswerFiles[Any], path: Path) -> None:
    """Write an answer.

    Parameters
    ----------
    files : AnswerFiles
    path : pathlib.Path
        The ending decides: ``.gpkg`` (styles for QGIS inside), ``.geojson``, ``.zip`` (shapefiles),
        ``.kml``, ``.xlsx``, ``.csv`` (rows), ``.html`` (map and tables, needs no network). Each names
        the day, the version of the rules and the sources.

    Raises
    ------
    SourceError
        ``target_format`` for an ending that the answer doesn't have, ``target_unwritable``.
    """
    ending = path.suffix.lower()
    if ending not in files.endings:
        raise SourceError("target_format", path=str(path), found=path.suffix, expected=sorted(files.endings))
    _WRITERS[ending](files, path)


def _gpkg(files: AnswerFiles[Any], path: Path) -> None:
    tables = {name: sheet.frame.reset_index(drop=True) for name, sheet in files.tables().items()}
    tables["run"] = run_table(files.answer, files.words)
    write_gpkg(path, files.layers(), tables=tables, styles=files.styles())


def _geojson(files: AnswerFiles[Any], path: Path) -> None:
    write_geojson(path, files.features())
    # RFC 7946 lets a collection carry members of its own beside its features
    about = json.dumps({"title": files.title, **run_facts(files.answer)}, ensure_ascii=False)
    text = path.read_text(encoding="utf-8")
    write_text(path, text.replace("{", f'{{\n"thocong": {about},', 1))


def _shapefiles(files: AnswerFiles[Any], path: Path) -> None:
    filled = {name: frame for name, frame in files.shapes().items() if len(frame)}
    write_shapefile_zip(path, filled, readme=files.about())


def _kml(files: AnswerFiles[Any], path: Path) -> None:
    write_text(path, shapes_kml(files.folders(), title=files.title, about=files.about()))


def _xlsx(files: AnswerFiles[Any], path: Path) -> None:
    rows, *others = files.tables().values()
    first = Sheet(rows.title, without_dust(files.keyed(rows.frame)), rows.notes or files.notes, rows.formats)
    more = [Sheet(s.title, without_dust(s.frame), s.notes or files.notes, s.formats) for s in others]
    write_xlsx(path, [*files.forms(), first, *more, *files.behind()])


def _csv(files: AnswerFiles[Any], path: Path) -> None:
    say, run = files.words, files.answer.run
    rows, *_ = files.tables().values()
    more = {
        **files.sourced(),
        say("column.on"): run["on"],
        say("run.rules"): run["rule_version"],
        say("column.note"): files.note,
    }
    write_csv(path, without_dust(files.keyed(rows.frame.assign(**more))))


def _html(files: AnswerFiles[Any], path: Path) -> None:
    layers, view = files.drawn()
    page = map_page(layers, files.words, title=files.title, frame=view, crs=view.crs, label=files.note)
    rows, *others = files.tables().values()
    findings, run = files.behind()
    sections = [Section(rows.title, _filled(files.read_first(rows.frame), files.words))]
    sections += [Section(s.title, s.frame) for s in others]
    if files.answer.findings:
        sections.append(Section(findings.title, findings.frame))
    sections.append(Section(run.title, run.frame))
    write_text(path, with_tables(page, sections, files.words, title=files.title))


def _filled(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """A table without the columns that say nothing; counts as whole numbers."""
    said = [name for name in table if not table[name].isin([None, ""]).all()]
    counts = [name for name in headings(("features",), words).values() if name in said]
    return table[said].astype(dict.fromkeys(counts, "Int64"))


_WRITERS: Final[dict[str, Callable[[AnswerFiles[Any], Path], None]]] = {
    ".gpkg": _gpkg,
    ".geojson": _geojson,
    ".zip": _shapefiles,
    ".kml": _kml,
    ".xlsx": _xlsx,
    ".csv": _csv,
    ".html": _html,
}


def source_of(answer: Answer, layer: str) -> str:
    """Say where a layer of an answer comes from.

    Parameters
    ----------
    answer : Answer
    layer : str
        Its name.

    Returns
    -------
    str
        File and decision.
    """
    known = [entry for entry in answer.run["layers"] if entry["name"] == layer]
    return " · ".join(part for part in (known[0]["source"], known[0]["decision"]) if part) if known else ""


def run_facts(answer: Answer) -> dict[str, Any]:
    """Return what an answer was made from, for formats that carry plain values.

    Parameters
    ----------
    answer : Answer

    Returns
    -------
    dict
        ``on, rule_version, tolerance_m, crs, asked_at, made, layers``; a layer has ``role, name,
        kind, period, source, decision, sha256, rows``.
    """
    kept = ("on", "rule_version", "tolerance_m", "crs", "asked_at", "made")
    of_layer = ("role", "name", "kind", "period", "source", "decision", "sha256", "rows")
    facts = {key: answer.run.get(key) for key in kept}
    return {**facts, "layers": [{key: entry[key] for key in of_layer} for entry in answer.run["layers"]]}
