"""Layers that a command was given: files, or names in a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import geopandas as gpd

from layers import Finding, Layer, Workspace, parse_source, read_layer
from layers.errors import QuestionError, SourceError, ThoCongError
from layers.kinds import kind as kind_named
from layers.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from layers import Reading, Source

__all__ = ["Assumptions", "Inputs"]


@dataclass(frozen=True)
class Assumptions:
    """What the caller says about inputs, by kind (``zones`` for the zones).

    Parameters
    ----------
    where : dict
        Column and values to keep.
    crs : dict
        System of files that state none; ``*`` for all.
    extent : dict
        File with the surveyed extent of a sparse layer.
    """

    where: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    crs: dict[str, str] = field(default_factory=dict)
    extent: dict[str, str] = field(default_factory=dict)


class Inputs:
    """Reads what a command was given and keeps the book of it.

    Parameters
    ----------
    workspace : Workspace or None
        Where names are looked up; without it they are files.
    assumptions : Assumptions
    """

    def __init__(self, workspace: Workspace | None, assumptions: Assumptions) -> None:
        self.workspace = workspace
        self.assumptions = assumptions
        self.findings: list[Finding] = []
        self.unreadable: list[ThoCongError] = []
        self._names: set[str] = set()

    def zones(self, text: str, kind: str) -> Layer:
        """Read the zones.

        Parameters
        ----------
        text : str
            ``FILE[:LAYER]`` or a name in the workspace.
        kind : str
            Kind of zones that no column names.

        Returns
        -------
        Layer

        Raises
        ------
        ThoCongError
            If they can't be read, or no row can be used.
        """
        if self.workspace is not None:
            return self._from_workspace(self.workspace, text)
        source = self._source(text, "zones")
        reading = read_layer(source, kind, name=self._free_name(source.name, kind))
        self.findings += reading.findings
        if reading.layer.frame.empty:
            raise SourceError("zones_empty", path=text, found=_why_empty(reading))
        return reading.layer

    def constraint(self, text: str) -> Layer:
        """Read a constraint layer; one that can't be read comes back empty, with a finding.

        Parameters
        ----------
        text : str
            ``KIND=FILE[:LAYER]``, or the name of a layer of the workspace with or without its kind.

        Returns
        -------
        Layer

        Raises
        ------
        QuestionError
            ``kind_unknown`` or ``against_unreadable``.
        """
        kind, mark, rest = text.partition("=")
        if self.workspace is not None:
            return self._from_workspace(self.workspace, rest if mark else text)
        if not mark or not rest:
            raise QuestionError("against_unreadable", found=text, expected="KIND=FILE[:LAYER]")
        kind_named(kind)
        try:
            source = self._source(rest, kind)
            reading = read_layer(source, kind, name=self._free_name(source.name, kind))
        except ThoCongError as error:
            self.unreadable.append(error)
            why = {"error": error.code, **error.fields}
            self.findings.append(Finding("layer_unreadable", rest, None, "block", why))
            return _empty(self._free_name(rest, kind), kind)
        self.findings += reading.findings
        return replace(reading.layer, extent=self._extent(kind, reading.layer))

    def _source(self, text: str, kind: str) -> Source:
        known = self.assumptions
        crs = known.crs.get(kind) or known.crs.get("*")
        return replace(parse_source(text), where=known.where.get(kind), assume_crs=crs)

    def _extent(self, kind: str, layer: Layer) -> BaseGeometry | None:
        if kind not in self.assumptions.extent:
            return None
        source = replace(self._source(self.assumptions.extent[kind], kind), where=None)
        reading = read_layer(source, "admin_unit")
        frame = reading.layer.frame
        if layer.frame.crs is not None and frame.crs is not None:
            from layers.crs import as_crs, to_crs  # noqa: PLC0415

            frame = to_crs(frame, as_crs(layer.frame.crs))
        return frame.geometry.union_all()

    def _from_workspace(self, workspace: Workspace, name: str) -> Layer:
        layer = workspace.load(name)
        return replace(layer, name=self._free_name(layer.name, layer.kind_name))

    def _free_name(self, name: str, kind: str) -> str:
        """Keep names apart: two layers of one file are told apart by their kind."""
        wanted, n = name, 2
        if wanted in self._names:
            wanted = f"{name} ({kind})"
        while wanted in self._names:
            wanted, n = f"{name} ({kind} {n})", n + 1
        self._names.add(wanted)
        return wanted


def _empty(text: str, kind: str) -> Layer:
    frame = gpd.GeoDataFrame({"name": []}, geometry=[], crs=None)
    return Layer(frame, text, kind, provenance=Provenance(source=text))


def _why_empty(reading: Reading) -> str:
    reasons: Sequence[str] = reading.set_aside["code"].unique().tolist()
    return f"{reading.rows_read}: {', '.join(reasons)}" if reasons else "0"
