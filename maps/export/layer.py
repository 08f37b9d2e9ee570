"""A layer of the workspace, or of any file, in every exchange format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from layers.errors import SourceError
from layers.landuse import code_list
from layers.write import (
    Sheet,
    write_csv,
    write_geojson,
    write_gpkg,
    write_shapefile_zip,
    write_text,
    write_xlsx,
)
from maps.answer_map import group_of
from maps.canvas import MapLayer
from maps.export.kml import layer_kml
from maps.export.page import Section, map_page, with_tables
from maps.export.qgis import land_style, look_style
from maps.styles import Look, kind_look, land_looks
from maps.tables import land_name, layer_title

if TYPE_CHECKING:
    from pathlib import Path

    from layers import Layer
    from layers.write import LayerStyle
    from maps.export.qgis import Shape
    from maps.words import Words

__all__ = ["export_layer"]

_HA: Final = 10_000.0
_ENDINGS: Final = (".csv", ".geojson", ".gpkg", ".html", ".kml", ".xlsx", ".zip")
_MOST_ON_A_PAGE: Final = 5_000


def export_layer(layer: Layer, path: Path, words: Words) -> None:
    """Write a layer.

    Parameters
    ----------
    layer : Layer
    path : pathlib.Path
        The ending decides, as in :func:`maps.export.answer.export_answer`.
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_too_large`` for an HTML map of more features
        than a browser carries, ``target_unwritable``.
    """
    title = layer_title(layer, words)
    if layer.provenance.made:
        title = f"{title} – {words('made.label')}"
    ending = path.suffix.lower()
    if ending == ".gpkg":
        name = path.stem
        write_gpkg(
            path,
            {name: layer.frame},
            styles={name: _style(layer, words)},
            tables={"about": _about(layer, words)},
        )
    elif ending == ".geojson":
        write_geojson(path, layer.frame)
    elif ending == ".zip":
        write_shapefile_zip(path, {path.stem: layer.frame}, readme=_origin(layer, words, title))
    elif ending == ".kml":
        about = _origin(layer, words, title)
        write_text(path, layer_kml(layer.frame, layer.kind_name, title=title, about=about))
    elif ending == ".html":
        write_text(path, _page(layer, words, title))
    elif ending in (".csv", ".xlsx"):
        _write_table(layer, path, words, title)
    else:
        raise SourceError("target_format", path=str(path), found=path.suffix, expected=list(_ENDINGS))


def _write_table(layer: Layer, path: Path, words: Words, title: str) -> None:
    table = pd.DataFrame(layer.frame.drop(columns=layer.frame.geometry.name))
    table["area_ha"] = layer.frame.geometry.area / _HA
    if path.suffix.lower() == ".csv":
        write_csv(path, table)
    else:
        write_xlsx(
            path,
            [
                Sheet(words("sheet.layer"), table, [title]),
                Sheet(words("sheet.run"), _about(layer, words), [title]),
            ],
        )


def _shape(layer: Layer) -> Shape:
    first = layer.frame.geom_type.iloc[0] if len(layer.frame) else "Polygon"
    return "area" if "Polygon" in first else "line" if "Line" in first else "point"


def _style(layer: Layer, words: Words) -> LayerStyle:
    if layer.kind_name == "land_use" and "code" in layer.frame:
        codes = sorted(set(layer.frame["code"].dropna().astype(str)))
        return land_style(codes, {c: land_name(c, words) for c in codes}, words)
    return look_style(layer.kind_name, _shape(layer), words)


def _about(layer: Layer, words: Words) -> pd.DataFrame:
    origin = layer.provenance
    rows = [
        (words("about.kind"), words(f"kind.{layer.kind_name}")),
        (words("about.period"), str(layer.period) if layer.period else ""),
        (words("about.source"), origin.source),
        (words("about.decision"), origin.decision),
        (words("about.body"), origin.body),
        (words("about.date"), words.day(origin.date)),
        (words("about.scale"), origin.scale),
        ("SHA-256", origin.sha256),
        (words("run.warning"), words("made.label") if origin.made else ""),
    ]
    return pd.DataFrame([r for r in rows if r[1]], columns=[words("column.what"), words("column.value")])


def _origin(layer: Layer, words: Words, title: str) -> str:
    """Where a layer comes from, line by line."""
    what, value = _about(layer, words).to_numpy().T
    return "\n".join([title, *(f"{name}: {text}" for name, text in zip(what, value, strict=True))])


def _page(layer: Layer, words: Words, title: str) -> str:
    if len(layer.frame) > _MOST_ON_A_PAGE:
        raise SourceError(
            "target_too_large", path=layer.name, found=len(layer.frame), expected=_MOST_ON_A_PAGE
        )
    looks, which, legend = [kind_look(layer.kind_name)], pd.Series(0, index=layer.frame.index), []
    if layer.kind_name == "land_use" and "code" in layer.frame:
        codes = sorted(set(layer.frame["code"]) & set(land_looks()))
        looks = [Look(land_looks()[c].colour, "", "#8a8a8a", 0.5) for c in codes] + [Look("#D9D9D9")]
        legend = [look.legend(f"{c} {code_list()[c].name_vi}") for look, c in zip(looks, codes, strict=False)]
        which = layer.frame["code"].map({c: n for n, c in enumerate(codes)}).fillna(len(codes)).astype(int)
    names = layer.frame["name"] if "name" in layer.frame else layer.frame.index.to_series()
    tips = pd.Series([[str(name)] for name in names], index=layer.frame.index, dtype=object)
    shown = MapLayer(
        "layer", title, words(f"group.{group_of(layer)}"), 10,
        layer.frame.assign(look=which, tip=tips), looks,
        legend or [looks[0].legend(shape=_shape(layer))],
    )  # fmt: skip
    label = words("made.label") if layer.provenance.made else ""
    page = map_page([shown], words, title=title, frame=layer.frame, crs=layer.frame.crs, label=label)
    return with_tables(page, [Section(words("sheet.origin"), _about(layer, words))], words, title=title)
