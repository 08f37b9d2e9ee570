"""Reading a file that is brought in: which file, which layer, what kind; read once, whatever is clicked."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import streamlit as st

from layers import Source, guarded_look, guarded_read, parse_period, reference
from layers.field_memory import known_choices
from layers.fields import FieldChoices
from layers.kind_guess import guess_kind
from layers.kinds import kinds
from layers.period import Stage
from layers.source import FORMATS
from maps.kind_reasons import reasons_of
from maps.pages._fields import said_fields, show_fields
from maps.pages._frame import plain, sentences
from maps.pages._import_crs import read_as_input
from maps.pages._import_kept import digest_of, kept
from maps.pages._import_order import said_exchanges, show_exchanges
from maps.pages._number import number_box
from maps.pages._shelf import shelved
from maps.places import province_systems

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from layers import Period, Reading
    from layers.look import Look
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["Asked", "main_files", "period_input", "read_given"]

_SAMPLE = 200
_LOOKS = 12
_WIDEST_GAP_M = 10_000.0

#: endings of files of cells, which come in where they are used
_RASTERS = (".tif", ".tiff")


@dataclass(frozen=True)
class Asked:
    """A reading, and what tells it from every other.

    Parameters
    ----------
    file : str
    reading : Reading
    mark : hashable
        The hash of the files and the questions asked; the name of the layer doesn't count.
    fields : str
        Stands for the bytes of the file and its layer in the keys of fields.
    """

    file: str
    reading: Reading
    mark: Hashable
    fields: str


@dataclass(frozen=True)
class _Files:
    """Files of the reader, in memory until one of them is to be read."""

    given: Mapping[str, bytes | memoryview]
    chosen: str
    digest: str

    def mark(self, layer: str | None) -> str:
        """Stand for one layer of these bytes in the keys of fields: the next has its own."""
        return f"{self.digest[:12]}-{self.chosen}-{layer or ''}"

    @contextmanager
    def laid_out(self) -> Iterator[Path]:
        """Lay the files into a folder for as long as they are read; errors don't name it."""
        with tempfile.TemporaryDirectory() as folder, sentences(Path(folder)):
            for name, content in self.given.items():
                (Path(folder) / name).write_bytes(content)
            yield Path(folder) / self.chosen

    def look(self, layer: str | None) -> Look:
        def make() -> Look:
            with self.laid_out() as path:
                return guarded_look(Source(path, layer=layer), sample_rows=_SAMPLE)

        return kept("look", (self.digest, self.chosen, layer), make, most=_LOOKS)

    def read(self, source: Source, kind: str, *, period: Period | None, fields: FieldChoices) -> Reading:
        with self.laid_out() as path:
            return guarded_read(replace(source, path=path), kind, period=period, fields=fields)


def read_given(
    base: Workspace,
    given: Mapping[str, bytes | memoryview],
    words: Words,
    *,
    saved: AbstractSet[str] = frozenset(),
) -> Asked | None:
    """Ask what is to be asked of some files, and read the one that was chosen, once.

    Parameters
    ----------
    base : Workspace
    given : mapping of str to bytes
        Name to content.
    words : Words
    saved : set of str
        Names of files that this session saved already.

    Returns
    -------
    Asked or None
        None while something must be chosen first; it is said what.
    """
    chosen = _choose(list(given), words, saved)
    if chosen is None:
        return None
    files = _Files(given, chosen, digest_of(given))
    if files.look(None).format == "OSM":
        kind = _kind_input(files, None, words)
        # the tags of a kind say which layer they stand in
        tagged = kind is None or kind in set(reference.table("osm_tags")["kind"])
        name = None if tagged else _layer_input(files, words)
    else:
        name = _layer_input(files, words)
        kind = _kind_input(files, name, words)
    return _read(base, files, kind, words, layer=name) if kind is not None else None


def main_files(names: list[str]) -> tuple[list[str], list[str]]:
    """Tell the files that are layers from their companions.

    Parameters
    ----------
    names : list of str

    Returns
    -------
    mains, unknown : list of str
        Files of a known format; files of no known format that belong to none of those.

    Examples
    --------
    >>> main_files(["ranh.shp", "ranh.dbf", "ranh.shp.xml", "dat.gpkg", "anh.png"])
    (['ranh.shp', 'dat.gpkg'], ['anh.png'])
    """
    mains = [name for name in names if Path(name).suffix.lower() in FORMATS]
    stems = tuple(f"{Path(name).stem.lower()}." for name in mains)
    return mains, [n for n in names if n not in mains and not n.lower().startswith(stems or ("/",))]


def _choose(names: list[str], words: Words, saved: AbstractSet[str]) -> str | None:
    """One of the files at a time; none is passed over in silence."""
    mains, unknown = main_files(list(dict.fromkeys(names)))
    endings = sorted(FORMATS)
    if not mains:
        st.error(words("import.no_layer", endings=", ".join(endings)))
        if any(Path(name).suffix.lower() in _RASTERS for name in unknown):
            st.info(
                words("import.raster", page=words("page.candidates.title"), where=words("raster_ask.open"))
            )
        return None
    if unknown:
        st.warning(words("import.unknown", found=[plain(n) for n in unknown], endings=", ".join(endings)))
    if len(mains) == 1:
        return mains[0]
    st.info(words("import.several", count=len(mains)))
    return st.selectbox(
        words("import.which"),
        mains,
        format_func=lambda n: f"{n} ✓ {words('import.saved')}" if n in saved else n,
        key="import-which",
    )


def _layer_input(files: _Files, words: Words) -> str | None:
    look = files.look(None)
    if len(look.layers) < 2:  # noqa: PLR2004 - one layer is no choice
        return None
    return st.selectbox(words("import.layer"), look.layers, key=f"import-layer-{files.mark(None)}")


def _kind_input(files: _Files, layer: str | None, words: Words) -> str | None:
    """The kind as the file suggests it, with the reasons; where nothing does, it must be chosen."""
    guess = guess_kind(files.look(layer), files.chosen, layer or "")
    options = [k.name for k in kinds()]
    likely = [kind for kind in guess.kinds if kind in options]
    options = [*likely, *(kind for kind in options if kind not in likely)]
    left, right = st.columns([3, 9], vertical_alignment="bottom")
    kind = left.selectbox(
        words("column.kind"),
        options,
        index=options.index(guess.kind) if guess.kind is not None else None,
        placeholder=words("import.kind_none"),
        format_func=lambda k: words(f"kind.{k}"),
        key=f"import-kind-{files.mark(layer)}",
    )
    if kind is None:
        empty = "import.kind_osm" if files.look(layer).format == "OSM" else "import.kind_ask"
        told = "import.kind_torn" if len(likely) > 1 else "import.kind_unsure"
        key = told if likely else empty
        right.info(plain(words(key, found=reasons_of(guess, words))))
    elif kind == guess.kind:
        right.caption(plain(words("import.kind_guessed", found=reasons_of(guess, words, kind=kind))))
    return kind


def _read(base: Workspace, files: _Files, kind: str, words: Words, *, layer: str | None) -> Asked:
    mark = files.mark(layer)
    middle, right = st.columns([5, 7])
    with right:
        years, stage = period_input(words, mark=mark)
    assumed, decided = st.columns([7, 5])
    with assumed:
        crs = _system(words, mark)
    path = Path(files.chosen)
    with decided:
        read_as = read_as_input(words, mark=mark)
        close_m = _gap(path, words, mark)
    source = Source(path, layer, None, crs, read_as, close_m, said_exchanges(mark))
    title = middle.text_input(words("import.name"), value=source.name, key=f"import-name-{mark}").strip()
    with sentences():
        period = replace(parse_period(years), stage=stage) if years.strip() else None
    said = dict(said_fields(mark, kind))
    # as it was known when the file was first looked at: what a save adds would read the file once more
    known = kept(
        "choices", (files.digest, str(base.folder), kind), lambda: known_choices(base, kind), most=_LOOKS
    )
    fields = FieldChoices(said, known.remembered)
    asked = (files.digest, source, kind, period, tuple(said.items()), str(base.folder))
    reading = kept("reading", asked, lambda: files.read(source, kind, period=period, fields=fields))
    reading = reading.named(title or source.name)
    show_fields(reading, words, mark=mark)
    show_exchanges(reading, words, mark=mark)
    return Asked(files.chosen, reading, asked, mark)


def _gap(path: Path, words: Words, mark: str) -> float:
    """Widest gap of a drawing that is closed; nothing is closed unasked, and the page waits for a number."""
    if path.suffix.lower() not in (".dxf", ".dgn"):
        return 0.0
    gap_m = number_box(words("import.close_m"), 0.0, (0.0, _WIDEST_GAP_M), words, key=f"import-close-{mark}")
    if gap_m is None:
        st.stop()
    return gap_m


def period_input(words: Words, *, mark: str) -> tuple[str, Stage]:
    """Ask for the years and the stage of a layer.

    Parameters
    ----------
    words : Words
    mark : str
        Stands for the layer they are asked of.

    Returns
    -------
    str
        As it was written.
    str
        Stage.
    """
    left, right = st.columns(2)
    key = f"import-period-{mark}"
    years = left.text_input(words("import.years"), placeholder="2025, 2021-2030", key=key)
    stage: Stage = right.selectbox(
        words("column.stage"),
        # unknown first: a plan must not pass for a survey because nobody chose
        sorted(get_args(Stage), key=lambda s: s != "unknown"),
        format_func=lambda s: words(f"stage.{s}"),
        key=f"import-stage-{mark}",
    )
    return years, stage


def _system(words: Words, mark: str) -> str | None:
    """EPSG code for a file that states none: by province, or written."""
    left, right = st.columns(2)
    today = datetime.now(UTC).astimezone().date()
    systems = shelved("provinces", (words.lang, today), lambda: province_systems(words, today))
    province = left.selectbox(
        words("import.province"),
        list(systems),
        index=None,
        placeholder=words("import.province_none"),
        format_func=lambda name: f"{name} – EPSG:{systems[name]}",
        key=f"import-province-{mark}",
    )
    written = right.text_input(words("import.crs"), placeholder="5897", key=f"import-crs-{mark}").strip()
    return written or (str(systems[province]) if province else None)
