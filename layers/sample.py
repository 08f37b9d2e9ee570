"""The sample district as a workspace: made data around Thạch Thất–Quốc Oai, labelled as made."""

from __future__ import annotations

import shutil
import tomllib
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd

from layers.errors import StoreError
from layers.layer import Layer
from layers.period import parse_period
from layers.provenance import Provenance, file_hash
from layers.reference import data_dir
from layers.store import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["create_sample", "planted_search", "sample_layer", "sample_manifest"]

#: constraints of the planted search, and the period that they say they are of
_PLANTED_KINDS: Final = {"strict_land": "protected", "moat": "river", "dam": "dam"}
_PLANTED: Final = {"period": "2025", "stage": "surveyed"}


def sample_manifest() -> dict[str, Any]:
    """Return what the sample holds.

    Returns
    -------
    dict
        ``crs``, ``label_vi``, ``label_en`` and the list ``layer``, as in ``data/sample/layers.toml``.
    """
    with (data_dir() / "sample" / "layers.toml").open("rb") as handle:
        return tomllib.load(handle)


def sample_layer(name: str) -> Layer:
    """Read one layer of the sample district.

    Parameters
    ----------
    name : str
        As in ``layers.toml``.

    Returns
    -------
    Layer
        Marked as made.

    Examples
    --------
    >>> sample_layer("industrial_parks_2030").provenance.made
    True
    """
    entry = next(e for e in sample_manifest()["layer"] if e["name"] == name)
    return _layer(entry)


def planted_search() -> tuple[gpd.GeoDataFrame, list[Layer]]:
    """Read the planted search for sites: places whose answer is known, and the constraints that make it so.

    Returns
    -------
    geopandas.GeoDataFrame
        Places: ``id, name, case``, ``expected`` (``site``, or why a search must not take the place: the
        constraint that takes it, ``too_small``, ``too_thin`` or ``no_road``), polygons.
    list of Layer
        Made constraints that stand beside those of the sample: strictly protected land everywhere but in
        the places, a river round one of them and a dam across another.

    Examples
    --------
    >>> places, constraints = planted_search()
    >>> int((places["expected"] == "site").sum()), [layer.kind_name for layer in constraints]
    (5, ['protected', 'river', 'dam'])
    """
    places = gpd.read_parquet(data_dir() / "sample" / "search" / "planted.parquet")
    entries = [
        {"file": f"search/{name}.parquet", "name": name, "kind": kind, "extent": True, **_PLANTED}
        for name, kind in _PLANTED_KINDS.items()
    ]
    return places, [_layer(entry) for entry in entries]


def create_sample(folder: Path, *, progress: Callable[[int, int, str], None] | None = None) -> Workspace:
    """Make a workspace that holds the sample district.

    Parameters
    ----------
    folder : pathlib.Path
        New or empty.
    progress : callable, optional
        Called with (done, of how many, name of the layer).

    Returns
    -------
    Workspace

    Raises
    ------
    StoreError
        ``workspace_exists`` if the folder is not empty.
    """
    manifest = sample_manifest()
    if folder.is_dir() and any(folder.iterdir()):
        raise StoreError("workspace_exists", path=str(folder))
    # made beside its place and moved there whole, so a stop in between leaves nothing half
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    workspace = Workspace.create(
        draft, crs=manifest["crs"], name=manifest.get("name_vi", "Thạch Thất – Quốc Oai")
    )
    # the extent is no layer of its own: it tells how far the sparse layers reach
    entries = [entry for entry in manifest["layer"] if entry["file"] != manifest["extent_file"]]
    for done, entry in enumerate(entries):
        if progress:
            progress(done, len(entries), entry["name"])
        workspace.save(_layer(entry), note=manifest["label_vi"])
    if folder.is_dir():
        folder.rmdir()
    draft.rename(folder)
    return Workspace(folder)


def _layer(entry: dict[str, Any]) -> Layer:
    folder = data_dir() / "sample"
    path = folder / entry["file"]
    period = f"{entry['period']}:{entry.get('stage', 'unknown')}" if "period" in entry else None
    origin = Provenance(
        source=entry["file"],
        sha256=file_hash(path),
        decision=str(entry.get("decision", "")),
        body=str(entry.get("body", "")),
        date=str(entry.get("date", "")),
        licence="MIT",
        made=True,
    )
    extent = gpd.read_parquet(folder / "extent.parquet").geometry.iloc[0] if entry.get("extent") else None
    return Layer(
        gpd.read_parquet(path),
        entry["name"],
        entry["kind"],
        parse_period(period) if period else None,
        origin,
        extent,
    )
