"""What a Parquet file unpacks to, told by its pages: what its end says of that may be a lie.

Arrow makes room for a page by the size in the page's own header, and for a value that stands once in a
dictionary by the rows that it stands in. Both are counted here before anything is unpacked in a process that
answers others; a file nobody vouches for is read by a guarded reader and doesn't come here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layers._thrift import read_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["check_parquet", "page_bytes", "value_bytes"]

#: a version of a layer may unpack to this, or to so many times its file
_GRANTED: Final = 1 << 30
_RATIO: Final = 64
_BYTES: Final = 8
_ROWS: Final = 65_536
#: a header with its statistics, and pages in all: each is looked at
_HEADER: Final = 65_536
_MOST_PAGES: Final = 200_000
#: a dictionary that we write has 1 MB and a value; larger ones, and more values, are left to Arrow
_LARGE_PAGE: Final = 1 << 25
_MOST_VALUES: Final = 2_000_000
#: encodings of Parquet: by a dictionary; each value as it is
_BY_DICTIONARY: Final = (2, 8)
_AS_IT_IS: Final = (0, 6)
#: fields of a page header, and the field in which a page of each type says more
_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_MORE: Final = {_DATA: 5, _DICTIONARY: 7, _DATA_V2: 8}
_ENCODING: Final = {_DATA: 2, _DICTIONARY: 2, _DATA_V2: 4}
#: sizes are numbers of 32 bits: Arrow cuts off what is beyond
_BEYOND: Final = 1 << 31


@dataclass(frozen=True)
class _Page:
    """What the header of a page says."""

    unpacked: int
    packed: int
    values: int
    encoding: int
    dictionary: bool


def check_parquet(path: Path) -> None:
    """Refuse a file of ours that would unpack beyond all measure.

    Parameters
    ----------
    path : pathlib.Path

    Raises
    ------
    ValueError
        ``size``: it says less than it holds, or holds more than any layer.
    OSError, pyarrow.ArrowException
        It is no Parquet file.
    """
    told = path.stat()
    _check(path, told.st_size, told.st_mtime_ns, told.st_ino)


@lru_cache(maxsize=1024)
def _check(path: Path, size: int, *_told: int) -> None:
    """A file that wasn't touched since is looked at once."""
    most = max(_GRANTED, _RATIO * size)
    with pa.memory_map(str(path)) as file:
        _measure(file.read_buffer(), most)


def _measure(content: pa.Buffer, most: int) -> None:
    if page_bytes(content, most) > most or value_bytes(content, most) > most:
        raise ValueError("size")


def page_bytes(content: pa.Buffer, most: int) -> int:
    """Count the bytes of all pages once unpacked, and of every row where a number takes the least room.

    Parameters
    ----------
    content : pyarrow.Buffer
    most : int
        Counting ends beyond it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        A page header is none, or there are too many.
    pyarrow.ArrowException
        It is no Parquet file.
    """
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        meta = file.metadata
    total = values = pages = taken = 0
    for chunk, _ in _chunks(meta):
        for page in _pages(_plain(content), chunk):
            pages += 1
            total += page.unpacked
            values += 0 if page.dictionary else page.values
            if pages > _MOST_PAGES:
                raise ValueError("pages")
        taken += chunk.total_compressed_size if chunk.num_values else 0
        if taken > len(content):  # columns that share their pages: each would be read again
            raise ValueError("pages")
        if total > most:
            break
    return max(total, max(values, int(meta.num_rows) * int(meta.num_columns)) * _BYTES)


def value_bytes(content: pa.Buffer, most: int) -> int:
    """Count the bytes of all values of any length with each in its row; nothing is made for it.

    Parameters
    ----------
    content : pyarrow.Buffer
        Whose pages are counted already.
    most : int
        Counting ends beyond it; what can't reach it isn't counted one by one.

    Returns
    -------
    int
    """
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        meta = file.metadata
    texts = [(chunk, column.path) for chunk, column in _chunks(meta) if chunk.physical_type == "BYTE_ARRAY"]
    total: int = sum(
        int(chunk.num_values) * int(column.length)
        for chunk, column in _chunks(meta)
        if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY"
    )
    for longest in (_whole_page, _Longest()):
        at_most: int = total + sum(_repeated(_plain(content), chunk, longest) for chunk, _ in texts)
        if at_most <= most:
            return at_most
    if total > most:
        return total
    wide = sorted({path for _, path in texts})
    with pq.ParquetFile(pa.BufferReader(content), read_dictionary=wide) as file:
        for batch in file.iter_batches(batch_size=_ROWS, columns=wide, use_threads=False):
            total += sum(map(_in_rows, batch.columns))
            if total > most:
                break
    return total


def _whole_page(page: _Page, _packed: memoryview, _compression: str) -> int:
    """No value of a dictionary is longer than its page."""
    return page.unpacked


class _Longest:
    """The longest value of a dictionary, for as many values as can be looked at in a moment."""

    def __init__(self) -> None:
        self._left = _MOST_VALUES

    def __call__(self, page: _Page, packed: memoryview, compression: str) -> int:
        self._left -= page.values
        ours = compression in ("ZSTD", "UNCOMPRESSED")
        if self._left < 0 or page.unpacked > _LARGE_PAGE or not ours:
            return page.unpacked
        plain = bytes(packed)
        if compression == "ZSTD":
            plain = pa.Codec("zstd").decompress(plain, page.unpacked).to_pybytes()
        at = longest = 0
        for _ in range(page.values):
            length = int.from_bytes(plain[at : at + 4], "little")
            at += 4 + length
            longest = max(longest, length)
        if at > len(plain):
            raise ValueError("page")
        return longest


def _repeated(
    content: memoryview,
    chunk: pq.ColumnChunkMetaData,
    longest_of: Callable[[_Page, memoryview, str], int],
) -> int:
    """Bytes that texts or shapes have at most: each value of a page may be the longest of the dictionary."""
    longest = total = 0
    for page, at in _placed_pages(content, chunk):
        if page.dictionary:
            longest = max(longest, longest_of(page, content[at : at + page.packed], chunk.compression))
        elif page.encoding in _BY_DICTIONARY:
            total += page.values * longest
        elif page.encoding in _AS_IT_IS:
            total += page.unpacked
        else:  # values that go on from the one before may grow without end
            raise ValueError("encoding")
    return total


def _in_rows(column: pa.Array) -> int:
    """Bytes of a column with every value in its row."""
    kind = column.type
    if pa.types.is_struct(kind):
        return sum(map(_in_rows, column.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return len(column) * _BYTES + _in_rows(column.flatten())
    if not pa.types.is_dictionary(kind):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0) + len(column) * _BYTES


def _plain(content: pa.Buffer) -> memoryview:
    return memoryview(content).cast("B")


def _chunks(meta: pq.FileMetaData) -> Iterator[tuple[pq.ColumnChunkMetaData, pq.ColumnSchema]]:
    if meta.num_row_groups * max(meta.num_columns, 1) > _MOST_PAGES:
        raise ValueError("pages")
    for g in range(meta.num_row_groups):
        group = meta.row_group(g)
        for c in range(group.num_columns):
            yield group.column(c), meta.schema.column(c)


def _pages(content: memoryview, chunk: pq.ColumnChunkMetaData) -> Iterator[_Page]:
    return (page for page, _ in _placed_pages(content, chunk))


def _placed_pages(content: memoryview, chunk: pq.ColumnChunkMetaData) -> Iterator[tuple[_Page, int]]:
    """Pages of a column and where each begins behind its header.

    Arrow reads the same stretch of the file, and none of it where there is no value.
    """
    if not chunk.num_values:
        return
    starts = [chunk.data_page_offset, chunk.dictionary_page_offset if chunk.has_dictionary_page else None]
    at = min(start for start in starts if start is not None)
    end = at + chunk.total_compressed_size
    if not 0 <= at <= end <= len(content):
        raise ValueError("page")
    while at < end:
        page, used = _page(content[at : min(at + _HEADER, end)])
        at += used
        if at + page.packed > end:
            raise ValueError("page")
        yield page, at
        at += page.packed


def _page(content: memoryview) -> tuple[_Page, int]:
    """Read the header of a page, and how long it is."""
    told, used = read_struct(content)
    try:
        kind = told[_TYPE]  # Arrow goes by it, whatever else is said
        more = told[_MORE[kind]]
        page = _Page(
            told[_UNPACKED], told[_PACKED], more[1], more[_ENCODING[kind]], dictionary=kind == _DICTIONARY
        )
        sound = all(0 <= size < _BEYOND for size in (page.unpacked, page.packed, page.values))
    except (KeyError, TypeError) as error:
        raise ValueError("page") from error
    if not sound:
        raise ValueError("page")
    return page, used
