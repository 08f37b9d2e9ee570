"""Parquet files that say less of themselves than they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["understated", "vast_page"]

_TAIL = 8


def vast_page(path: Path, size: int, *, beside: pa.Table | None = None) -> Path:
    """Write one text of so many bytes, next to nothing packed, and have the end of the file deny it."""
    rows = 1 if beside is None else beside.num_rows
    text = pa.array(["x" * size, *[""] * (rows - 1)], pa.large_string())
    table = pa.table({"c0": text}) if beside is None else beside.append_column("c0", text)
    pq.write_table(table, path, compression="zstd", use_dictionary=False, store_schema=beside is not None)
    path.write_bytes(understated(path.read_bytes()))
    return path


def understated(content: bytes, says: int = 64) -> bytes:
    """Have the end of a file say that nothing in it takes more than some bytes unpacked."""
    length = int.from_bytes(content[-_TAIL:-4], "little")
    body, end = content[: -_TAIL - length], content[-_TAIL - length : -_TAIL]
    meta = pq.ParquetFile(pa.BufferReader(content)).metadata
    for g in range(meta.num_row_groups):
        group = meta.row_group(g)
        columns = [group.column(c).total_uncompressed_size for c in range(group.num_columns)]
        for size in {group.total_byte_size, *columns}:
            if size > says:
                end = end.replace(_varint(size), _varint(says, len(_varint(size))))
    return body + end + content[-_TAIL:]


def _varint(value: int, width: int = 0) -> bytes:
    """A whole number as Thrift writes it, padded to a width."""
    left, out = value << 1, []
    while left >= 128 or len(out) + 1 < width:
        out.append(left & 127 | 128)
        left >>= 7
    return bytes([*out, left])
