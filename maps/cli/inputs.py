"""Layers that a command was given: files, or names in a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from layers import Finding, Layer, Workspace, as_crs, guarded_read, parse_source, to_crs
from layers.errors import QuestionError, SourceError, ThoCongError
from layers.fields import whole_as_text
from layers.findings import Ledger
from layers.kinds import kind as kind_named
from layers.landuse import code_list
from layers.provenance import Provenance
from layers.where import rows_where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from layers import Reading, Source
    from layers.period import Period

__all__ = ["Assumptions", "Inputs"]

_ZONES = "zones"
#: kind of zones whose kind nobody stated
_GENERAL = "industrial_zone"


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

    def check_kinds(self, given: Iterable[str]) -> None:
        """Refuse what was said of a kind that nobody asked about, most often a kind that was mistyped.

        Parameters
        ----------
        given : iterable of str
            What the command was given as constraints.

        Raises
        ------
        QuestionError
            ``kind_not_asked``, ``kind_unknown``, ``kind_differs``, ``against_unreadable`` or
            ``assumed_in_workspace``.
        StoreError
            ``layer_unknown``.
        """
        asked = [self._kind_and_name(text)[0] for text in given]
        known = self.assumptions
        stated = (("--where", known.where), ("--extent", known.extent), ("--assume-crs", known.crs))
        for option, by_kind in stated:
            expected = list(dict.fromkeys(asked if option == "--extent" else [_ZONES, *asked]))
            for kind in by_kind:
                if kind not in expected and not (kind == "*" and option == "--assume-crs"):
                    raise QuestionError("kind_not_asked", option=option, found=kind, expected=expected)
        # a layer of a workspace has its system; only the file of an extent may lack one
        if self.workspace is not None and known.crs and not known.extent:
            found = sorted(known.crs.values())
            raise QuestionError("assumed_in_workspace", found=found, crs=self.workspace.crs.name)

    def zones(self, text: str, kind: str, *, key: str = _ZONES) -> Layer:
        """Read the zones, or other areas that an answer can't do without.

        Parameters
        ----------
        text : str
            ``FILE[:LAYER]`` or a name in the workspace.
        kind : str
            Kind of zones that no column names.
        key : str
            Name under which ``--where`` and ``--assume-crs`` speak of them.

        Returns
        -------
        Layer

        Raises
        ------
        ThoCongError
            If they can't be read, or no row can be used.
        """
        if self.workspace is not None:
            layer = self._from_workspace(self.workspace, text, key)
            read = self.workspace.version(text).rows
            if layer.frame.empty:
                raise SourceError("zones_empty", path=text, rows_read=read, set_aside=["rows_filtered"])
            return self._with_kind(layer, kind)
        source = self._source(text, key)
        reading = guarded_read(source, kind, name=self._free_name(source.name, kind))
        self.findings += reading.findings
        if reading.layer.frame.empty:
            why = reading.set_aside["code"].unique().tolist()
            raise SourceError("zones_empty", path=text, rows_read=reading.rows_read, set_aside=why)
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
            ``kind_unknown``, ``kind_differs`` or ``against_unreadable``.
        """
        kind, rest = self._kind_and_name(text)
        if self.workspace is not None:
            layer = self._from_workspace(self.workspace, rest, kind)
            extent = self._extent(kind, layer)
            return layer if extent is None else replace(layer, extent=extent)
        try:
            source = self._source(rest, kind)
            reading = guarded_read(source, kind, name=self._free_name(source.name, kind))
        except ThoCongError as error:
            self.unreadable.append(error)
            name = self._free_name(Path(rest).name, kind)
            why = {"error": error.code, **error.fields}
            self.findings.append(Finding("layer_unreadable", name, None, "block", why))
            return _empty(name, kind)
        self.findings += reading.findings
        return replace(reading.layer, extent=self._extent(kind, reading.layer))

    def check_roles(self, roles: Sequence[str]) -> None:
        """Refuse what was said of a role that the question doesn't have.

        Parameters
        ----------
        roles : sequence of str
            ``before`` and ``after``.

        Raises
        ------
        QuestionError
            ``kind_not_asked``.
        """
        known = self.assumptions
        for option, said in (
            ("--where", known.where),
            ("--assume-crs", known.crs),
            ("--extent", known.extent),
        ):
            for role in said:
                if role not in roles and not (role == "*" and option == "--assume-crs"):
                    raise QuestionError("kind_not_asked", option=option, found=role, expected=list(roles))

    def land(self, text: str, column: str, *, role: str, period: Period | None = None) -> tuple[Layer, str]:
        """Read land by classes: land use where the column holds official codes, else land of any classes.

        Parameters
        ----------
        text : str
            ``FILE[:LAYER]`` or a name in the workspace.
        column : str
            Of the classes, as the file calls it.
        role : str
            ``before`` or ``after``, what ``--where`` and ``--assume-crs`` go by.
        period : Period, optional
            Of a file; a layer of the workspace has its own.

        Returns
        -------
        Layer
        str
            The column as the layer calls it: known headings are brought to one spelling.

        Raises
        ------
        ThoCongError
            If it can't be read, or has no such column.
        """
        if self.workspace is not None:
            layer = self._from_workspace(self.workspace, text, role)
            return replace(layer, period=period or layer.period), column
        source = self._source(text, role)
        name = self._free_name(source.name, role)
        reading = guarded_read(source, "land_use", name=name, period=period)
        found = _mapped(reading, column)
        if found != "code" or not _official(reading.layer.frame.get("code")):
            reading = guarded_read(source, "land_cover", name=name, period=period)
            found = _mapped(reading, column)
        self.findings += reading.findings
        if reading.layer.frame.empty:
            why = reading.set_aside["code"].unique().tolist()
            raise SourceError("zones_empty", path=text, rows_read=reading.rows_read, set_aside=why)
        frame = reading.layer.frame
        if found in frame:  # a class 2 that a file keeps as 2.0 is the class 2
            frame = frame.assign(**{found: whole_as_text(frame[found])})
        return reading.layer.with_frame(frame), found

    def features(self, text: str, kind: str, *, role: str) -> Layer:
        """Read one version of a plan.

        Parameters
        ----------
        text : str
            ``FILE[:LAYER]`` or a name in the workspace.
        kind : str
            Kind of the features of a file; a layer of the workspace has its own.
        role : str
            ``before`` or ``after``, what ``--where`` and ``--assume-crs`` go by.

        Returns
        -------
        Layer

        Raises
        ------
        ThoCongError
            If it can't be read; one without features is no error: all of a plan may be new.
        """
        if self.workspace is not None:
            return self._from_workspace(self.workspace, text, role)
        source = self._source(text, role)
        reading = guarded_read(source, kind, name=self._free_name(source.name, role))
        self.findings += reading.findings
        return reading.layer

    def _kind_and_name(self, text: str) -> tuple[str, str]:
        """Split ``KIND=FILE``, or look up the kind of a layer of the workspace and compare the stated one."""
        kind, mark, rest = text.partition("=")
        if self.workspace is None:
            if not mark or not rest:
                raise QuestionError("against_unreadable", found=text, expected="KIND=FILE[:LAYER]")
            return kind_named(kind).name, rest
        if not mark or text in {v.layer for v in self.workspace.layers()}:
            return self.workspace.version(text).kind_name, text
        saved = self.workspace.version(rest).kind_name
        if kind_named(kind).name != saved:
            raise QuestionError("kind_differs", layer=rest, kind=kind, saved_kind=saved)
        return saved, rest

    def _with_kind(self, layer: Layer, kind: str) -> Layer:
        """Let a stated kind of zone speak for zones that were saved without one."""
        if kind in (_GENERAL, layer.kind_name):
            return layer
        if layer.kind_name != _GENERAL:
            raise QuestionError("kind_differs", layer=layer.name, kind=kind, saved_kind=layer.kind_name)
        return replace(layer, kind_name=kind)

    def _source(self, text: str, kind: str) -> Source:
        known = self.assumptions
        crs = known.crs.get(kind) or known.crs.get("*")
        return replace(parse_source(text), where=known.where.get(kind), assume_crs=crs)

    def _extent(self, kind: str, layer: Layer) -> BaseGeometry | None:
        if kind not in self.assumptions.extent:
            return None
        frame = self._extent_frame(self.assumptions.extent[kind], kind)
        if layer.frame.crs is not None and frame.crs is not None:
            frame = to_crs(frame, as_crs(layer.frame.crs))
        return frame.geometry.union_all()

    def _extent_frame(self, text: str, kind: str) -> gpd.GeoDataFrame:
        """Read an extent: a layer of the workspace where it has one of the name, else a file."""
        if self.workspace is not None and text in {v.layer for v in self.workspace.layers()}:
            return self.workspace.load(text).frame
        source = replace(self._source(text, kind), where=None)
        return guarded_read(source, "admin_unit").layer.frame

    def _from_workspace(self, workspace: Workspace, name: str, key: str) -> Layer:
        layer = workspace.load(name)
        ledger = Ledger(self._free_name(layer.name, layer.kind_name))
        frame = rows_where(layer.frame, self.assumptions.where.get(key), ledger)
        if frame.empty and len(layer.frame):
            ledger.find("layer_empty", level="block", rows_read=len(layer.frame))
        self.findings += ledger.findings
        return replace(layer, name=ledger.layer, frame=frame)

    def _free_name(self, name: str, kind: str) -> str:
        """Keep names apart: two layers of one file are told apart by their kind."""
        wanted, n = name, 2
        if wanted in self._names:
            wanted = f"{name} ({kind})"
        while wanted in self._names:
            wanted, n = f"{name} ({kind} {n})", n + 1
        self._names.add(wanted)
        return wanted


def _mapped(reading: Reading, column: str) -> str:
    """What a layer calls a column of its file."""
    renamed = {f.fields["column"]: f.fields["field"] for f in reading.findings if f.code == "column_mapped"}
    return column if column in reading.layer.frame else str(renamed.get(column, column))


def _official(codes: pd.Series | None) -> bool:
    """Say whether most of the codes are of an official list."""
    if codes is None:
        return False
    used = set(codes.dropna().astype(str)) - {""}
    known = code_list()
    return 2 * len(used & known.keys()) >= len(used)


def _empty(text: str, kind: str) -> Layer:
    frame = gpd.GeoDataFrame({"name": []}, geometry=[], crs=None)
    return Layer(frame, text, kind, provenance=Provenance(source=text))
