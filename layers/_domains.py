"""Texts that a file keeps for its codes: domains of a geodatabase, lists of values of a GeoPackage.

A column ``loai`` with 1, 2, 3 stays as it is; beside it comes ``loai_text`` with what they mean in the file.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import pyogrio

from layers._door import hearing
from layers._sqlite import connect
from layers.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from layers.findings import Ledger

#: column -> code as text -> its meaning
Meanings = dict[str, dict[str, str]]
#: key of ``frame.attrs`` under which the texts travel from the reading of the rows to its end
KEPT: Final = "meanings"
_LONGEST: Final = 200
_MOST_FINDINGS: Final = 20
_NUMBER: Final = re.compile(r"(-?\d+)\.0*")
_VALUES: Final = """
select c.column_name, v.value, v.description from gpkg_data_columns c
join gpkg_data_column_constraints v on v.constraint_name = c.constraint_name collate nocase
where c.table_name = ?1 collate nocase and v.constraint_type = 'enum' and v.description is not null
"""


class _Listener:
    """One pass over a definition: the codes of a domain, or the domains and subtypes of a table's columns."""

    def __init__(self) -> None:
        self.domain = ""
        self.codes: dict[str, str] = {}
        self.columns: dict[str, str] = {}
        self.subtypes: dict[str, str] = {}
        self.subtyped = ""
        self.path: list[str] = []
        self.held: dict[str, str] = {}
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, name: str, *_ids: object) -> None:
        """Refuse a document type, as in any XML."""
        raise SourceError("xml_with_dtd", found=name[:40])

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """Begin an element."""
        name = tag.rpartition(" ")[2]
        if name in ("GPFieldInfoEx", "CodedValue", "Subtype", "Field"):
            self.held = {}
        self.path.append(name)
        self.text.clear()

    def end(self, _tag: str) -> None:
        """Take the text of an element, or what was gathered within it."""
        name, text = self.path.pop(), "".join(self.text).strip()
        self.text.clear()
        if name == "DomainName" and len(self.path) == 1:
            self.domain = text
        elif name == "SubtypeFieldName":
            self.subtyped = text
        elif name in ("Name", "Code", "DomainName", "SubtypeName", "SubtypeCode"):
            self.held.setdefault(name, text)
        elif name == "CodedValue" and {"Name", "Code"} <= self.held.keys():
            self.codes[self.held["Code"]] = self.held["Name"]
        elif name in ("GPFieldInfoEx", "Field") and self.held.get("DomainName") and self.held.get("Name"):
            self.columns[self.held["Name"]] = self.held["DomainName"]
        elif name == "Subtype" and {"SubtypeName", "SubtypeCode"} <= self.held.keys():
            self.subtypes[self.held["SubtypeCode"]] = self.held["SubtypeName"]


def meanings_of(path: Path | str, name: str, layer: str, ledger: Ledger) -> Meanings:
    """Read what a file says its codes mean.

    Parameters
    ----------
    path : pathlib.Path or str
    name : str
        A value of :data:`layers.source.FORMATS`.
    layer : str
    ledger : Ledger
        Receives ``domains_unreadable`` where the lists can't be read; the rows are read all the same.

    Returns
    -------
    dict
    """
    readers = {"GPKG": _of_geopackage, "OpenFileGDB": _of_geodatabase}
    if name not in readers:
        return {}
    try:
        return readers[name](path, layer)
    except Exception as error:  # noqa: BLE001 - whatever a library says of a spoilt list
        ledger.find("domains_unreadable", level="warn", found=type(error).__name__)
        return {}


def _of_geopackage(path: Path | str, layer: str) -> Meanings:
    found: Meanings = {}
    with closing(connect(path)) as base:
        try:
            rows = base.execute(_VALUES, (layer,)).fetchall()
        except sqlite3.OperationalError:  # the tables of the extension are not there
            return {}
    for column, value, text in rows:
        found.setdefault(str(column), {})[_plain(value)] = str(text)[:_LONGEST]
    return found


def _of_geodatabase(path: Path | str, layer: str) -> Meanings:
    columns = ["Name", "Definition"]
    options: dict[str, Any] = {"layer": "GDB_Items", "columns": columns, "read_geometry": False}
    with hearing():
        items = pyogrio.read_dataframe(path, LIST_ALL_TABLES="YES", **options)
    domains: Meanings = {}
    table = _Listener()
    for name, text in items[columns].itertuples(index=False):
        if not isinstance(text, str) or not re.search(r"DomainName|SubtypeFieldName", text):
            continue
        heard = _Listener()
        heard.parser.Parse(text.encode(), True)  # noqa: FBT003 - the whole of it
        if heard.codes:
            domains[heard.domain.casefold()] = _texts(heard.codes)
        if name == layer:
            table = heard
    named = {column: domain.casefold() for column, domain in table.columns.items()}
    found = {column: domains[domain] for column, domain in named.items() if domain in domains}
    if table.subtyped and table.subtypes:
        found[table.subtyped] = _texts(table.subtypes)
    return found


def _texts(codes: dict[str, str]) -> dict[str, str]:
    return {_plain(code): text[:_LONGEST] for code, text in codes.items()}


def _plain(value: object) -> str:
    """Write a code the same way whether it was kept as a number or as text."""
    text = str(value).strip()
    whole = _NUMBER.fullmatch(text)
    return whole[1] if whole else text


def explained(frame: gpd.GeoDataFrame, meanings: Meanings, ledger: Ledger) -> dict[str, pd.Series]:
    """Give for each column of codes a column of what they mean.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        As the file has it.
    meanings : dict
    ledger : Ledger
        Receives ``codes_explained`` for each column, and ``code_not_in_domain`` for values that the file
        has no text for.

    Returns
    -------
    dict of str to pandas.Series
        New column to texts, on the index of the frame; ``None`` where a code is missing or unknown.
    """
    made: dict[str, pd.Series] = {}
    taken = {str(column).lower() for column in frame.columns}
    for column, texts in meanings.items():
        if column not in frame.columns or column == frame.geometry.name:
            continue
        name = f"{column}_text"
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        codes = frame[column].map(_plain, na_action="ignore")
        made[name] = codes.map(texts).astype(object).where(codes.isin(list(texts)), None)
        known = int(made[name].notna().sum())
        ledger.find("codes_explained", level="info", column=column, found=name, count=known)
        unknown = codes[codes.notna() & (codes != "") & made[name].isna()]
        for value, count in unknown.value_counts().head(_MOST_FINDINGS).items():
            told = {"column": column, "found": str(value)[:80], "count": int(count)}
            ledger.find("code_not_in_domain", level="warn", **told)
    return made


def with_texts(frame: gpd.GeoDataFrame, texts: dict[str, pd.Series]) -> gpd.GeoDataFrame:
    """Put the texts beside the codes of the rows that are left; a column of that name stays as it is."""
    fresh = {name: values.reindex(frame.index) for name, values in texts.items() if name not in frame.columns}
    return frame.assign(**fresh) if fresh else frame
