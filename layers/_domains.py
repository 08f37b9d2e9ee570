"""Texts that a file keeps for its codes: domains of a geodatabase, lists of values of a GeoPackage.

A column ``loai`` with 1, 2, 3 stays as it is; beside it comes ``loai_text`` with what they mean in the file.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import geopandas as gpd
import pyogrio

from layers._door import hearing
from layers._sqlite import connect
from layers.errors import SourceError
from layers.legacy_text import with_text_read
from layers.schema import normal_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from layers.findings import Ledger


@dataclass(frozen=True)
class Meaning:
    """What the codes of a column mean, for all rows or for those of each subtype.

    Parameters
    ----------
    texts : dict of str to str
        Code as text to its meaning.
    subtyped : str
        Column of the subtype that tells which list holds; empty where one list holds for all.
    by_subtype : dict
        Subtype to its list; ``None`` for a subtype whose values are a range and need none.
    """

    texts: dict[str, str] = field(default_factory=dict)
    subtyped: str = ""
    by_subtype: dict[str, dict[str, str] | None] = field(default_factory=dict)


Meanings = dict[str, Meaning]
#: key of ``frame.attrs`` under which the texts travel from the reading of the rows to its end
KEPT: Final = "meanings"
_LONGEST: Final = 200
_MOST_FINDINGS: Final = 20
_TABLE: Final = re.compile(r"DE\w*Info")
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
        self.of_subtypes: dict[str, dict[str, str]] = {}
        self.pairs: list[tuple[str, str]] = []
        self.root = ""
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
        self.root = self.root or name
        if name in ("GPFieldInfoEx", "CodedValue", "Subtype", "Field"):
            self.held = {}
        elif name == "SubtypeFieldInfo":
            self.held.pop("FieldName", None)
            self.held.pop("DomainName", None)
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
        elif name in ("Name", "Code", "DomainName", "SubtypeName", "SubtypeCode", "FieldName"):
            self.held.setdefault(name, text)
        else:
            self._gather(name)

    def _gather(self, name: str) -> None:
        """Take what was gathered within an element."""
        if name == "SubtypeFieldInfo" and self.held.get("FieldName") and self.held.get("DomainName"):
            self.pairs.append((self.held["FieldName"], self.held["DomainName"]))
        elif name == "CodedValue" and {"Name", "Code"} <= self.held.keys():
            self.codes[self.held["Code"]] = self.held["Name"]
        elif name in ("GPFieldInfoEx", "Field") and self.held.get("DomainName") and self.held.get("Name"):
            self.columns[self.held["Name"]] = self.held["DomainName"]
        elif name == "Subtype" and {"SubtypeName", "SubtypeCode"} <= self.held.keys():
            code = _plain(self.held["SubtypeCode"])
            self.subtypes[code] = self.held["SubtypeName"]
            for column, domain in self.pairs:
                self.of_subtypes.setdefault(column, {})[code] = domain
            self.pairs.clear()


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
        found.setdefault(str(column), Meaning()).texts[_plain(value)] = str(text)[:_LONGEST]
    return found


def _of_geodatabase(path: Path | str, layer: str) -> Meanings:
    columns = ["Name", "Definition"]
    options: dict[str, Any] = {"layer": "GDB_Items", "columns": columns, "read_geometry": False}
    with hearing():
        items = pyogrio.read_dataframe(path, LIST_ALL_TABLES="YES", **options)
    domains: dict[str, dict[str, str] | None] = {}
    table = _Listener()
    for name, text in items[columns].itertuples(index=False):
        if not isinstance(text, str) or not re.search(r"DomainName|SubtypeFieldName", text):
            continue
        heard = _Listener()
        heard.parser.Parse(text.encode(), True)  # noqa: FBT003 - the whole of it
        if heard.root.startswith("GP"):
            # a range has no codes, and its values mean themselves
            domains[heard.domain.casefold()] = _texts(heard.codes) if heard.codes else None
        elif name == layer and _TABLE.fullmatch(heard.root):  # a domain may have the name of the layer
            table = heard
    return _of_table(table, domains)


def _of_table(table: _Listener, domains: dict[str, dict[str, str] | None]) -> Meanings:
    """Lists of the columns; where subtypes have lists of their own, no other holds."""
    found: Meanings = {}
    divided = {column.casefold() for column in table.of_subtypes}
    for column, domain in table.columns.items():
        texts = domains.get(domain.casefold())
        if texts and column.casefold() not in divided:
            found[column] = Meaning(texts)
    for column, named in table.of_subtypes.items():
        lists = {code: domains[d.casefold()] for code, d in named.items() if d.casefold() in domains}
        if any(lists.values()):
            found[column] = Meaning({}, table.subtyped, lists)
    if table.subtyped and table.subtypes:
        found[table.subtyped] = Meaning(_texts(table.subtypes))
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
        Receives ``codes_explained`` for each column, ``code_not_in_domain`` for values that the file
        has no text for, ``domain_subtype_open`` for values whose subtype has no list,
        ``domain_column_missing`` for a list of a column that isn't there, and what is found of the encoding
        of the texts.

    Returns
    -------
    dict of str to pandas.Series
        New column to texts, on the index of the frame; ``None`` where a code is missing or unknown.
    """
    made: dict[str, pd.Series] = {}
    taken = {str(column).lower() for column in frame.columns}
    for told, meaning in meanings.items():
        column = _column(told, frame)
        if column is None:
            ledger.find("domain_column_missing", level="warn", column=told)
            continue
        if column == frame.geometry.name:
            continue
        name = f"{column}_text"
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        made[name] = _texts_of(frame, column, _read(meaning, name, ledger), ledger)
        known = int(made[name].notna().sum())
        ledger.find("codes_explained", level="info", column=column, found=name, count=known)
    return made


def _column(name: str, frame: gpd.GeoDataFrame) -> str | None:
    """Find a column as a database does, where ``loai`` and ``LOAI`` are one."""
    columns = [str(column) for column in frame.columns]
    if name in columns:
        return name
    return next((column for column in columns if column.casefold() == name.casefold()), None)


def _read(meaning: Meaning, name: str, ledger: Ledger) -> Meaning:
    """Read the texts the way they were written, as those of any column are."""
    lists = [meaning.texts, *(texts for texts in meaning.by_subtype.values() if texts)]
    raw = list(dict.fromkeys(text for texts in lists for text in texts.values()))
    read = normal_text(with_text_read(gpd.GeoDataFrame({name: raw}), ledger), ledger)[name]
    again = dict(zip(raw, read, strict=True))

    def each(texts: dict[str, str]) -> dict[str, str]:
        return {code: again[text] for code, text in texts.items()}

    by_subtype = {code: each(texts) if texts else texts for code, texts in meaning.by_subtype.items()}
    return Meaning(each(meaning.texts), meaning.subtyped, by_subtype)


def _texts_of(frame: gpd.GeoDataFrame, column: str, meaning: Meaning, ledger: Ledger) -> pd.Series:
    """What each value means; a subtype that has no list leaves its rows without a text."""
    codes = frame[column].map(_plain, na_action="ignore").astype(object)
    if not meaning.subtyped:
        return _looked_up(codes, meaning.texts, column, ledger)
    made = codes.where(codes.isna(), None)
    told = _column(meaning.subtyped, frame)
    subtypes = frame[told].map(_plain, na_action="ignore") if told is not None else made
    for subtype, texts in meaning.by_subtype.items():
        here = subtypes == subtype
        if texts:
            made[here] = _looked_up(codes[here], texts, column, ledger)
    open_ = int((_filled(codes) & ~subtypes.isin(list(meaning.by_subtype))).sum())
    if open_:
        ledger.find("domain_subtype_open", level="warn", column=column, found=meaning.subtyped, count=open_)
    return made


def _looked_up(codes: pd.Series, texts: dict[str, str], column: str, ledger: Ledger) -> pd.Series:
    made = codes.map(texts).astype(object).where(codes.isin(list(texts)), None)
    unknown = codes[_filled(codes) & made.isna()]
    for value, count in unknown.value_counts().head(_MOST_FINDINGS).items():
        ledger.find(
            "code_not_in_domain", level="warn", column=column, found=str(value)[:80], count=int(count)
        )
    return made


def _filled(codes: pd.Series) -> pd.Series:
    return codes.notna() & (codes != "")


def with_texts(frame: gpd.GeoDataFrame, texts: dict[str, pd.Series]) -> gpd.GeoDataFrame:
    """Put the texts beside the codes of the rows that are left; a column of that name stays as it is."""
    fresh = {name: values.reindex(frame.index) for name, values in texts.items() if name not in frame.columns}
    return frame.assign(**fresh) if fresh else frame
