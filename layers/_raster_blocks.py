"""The blocks in which a GeoTIFF keeps its cells: those it lacks, and those that aren't as they were written.

A block packed by deflate ends in a sum of its bytes. GDAL stops unpacking when it has all the bytes it needs,
so a stretch that was spoilt and still unpacks gives other cells without a word; here each block is unpacked
to its end and its sum is held against it. Blocks that are not packed, or packed another way (LZW, PackBits,
zstd as GDAL writes it), have none.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, Interleaving
from rasterio.errors import RasterioError

from layers._door import hearing
from layers._raster_cells import hides_cells

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from layers.findings import Ledger

_SUMMED: Final = "DEFLATE"
_PIECE: Final = 1 << 20
#: directories of a TIFF that are looked through for its masks
_DIRECTORIES: Final = 64


def check_blocks(path: Path, file: Any, band: int, ledger: Ledger) -> None:
    """Count the blocks of a band that the file doesn't hold, or holds spoilt; nothing but GeoTIFF has any.

    Parameters
    ----------
    path : pathlib.Path
    file : rasterio.DatasetReader
        The same, open.
    band : int
    ledger : Ledger
        Receives ``raster_blocks_missing``, whose cells come as zero or no data, and
        ``raster_blocks_damaged``, whose cells hold other values.
    """
    if file.driver != "GTiff":
        return
    blocks = list(_blocks(file, band))
    lost = sum(block is None for block in blocks)
    if lost:
        ledger.find("raster_blocks_missing", level="warn", count=lost, expected=len(blocks))
    with path.open("rb") as handle:
        spoilt = sum(_spoilt(handle, file, number) for number in (band, *_alpha(file, band)))
        if hides_cells(file, band):
            spoilt += sum(_spoilt(handle, mask, 1) for mask in _masks(path, file.shape))
    if spoilt:
        ledger.find("raster_blocks_damaged", level="block", count=spoilt, expected=len(blocks))


def _blocks(file: Any, band: int) -> Iterator[tuple[int, int] | None]:
    """Where each block lies in the file, and its bytes."""
    high, wide = file.block_shapes[band - 1]
    for y in range(-(-file.height // high)):
        for x in range(-(-file.width // wide)):
            at = file.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=band)
            size = file.get_tag_item(f"BLOCK_SIZE_{x}_{y}", "TIFF", bidx=band)
            yield None if at is None else (int(at), int(size or 0))


def _spoilt(handle: BinaryIO, file: Any, band: int) -> int:
    """Count the blocks whose bytes don't give the sum they were written with."""
    if file.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION") != _SUMMED:
        return 0
    high, wide = file.block_shapes[band - 1]
    # cells of fewer bits than eight take less
    most = high * wide * _together(file) * np.dtype(file.dtypes[band - 1]).itemsize
    return sum(not _is_whole(handle, *block, most) for block in _blocks(file, band) if block is not None)


def _is_whole(handle: BinaryIO, offset: int, size: int, most: int) -> bool:
    """Unpack a block to its end, piece by piece: one that multiplies beyond its cells isn't one."""
    handle.seek(offset)
    packed, gone, unpacker = handle.read(size), 0, zlib.decompressobj()
    try:
        while packed and not unpacker.eof and gone <= most:
            gone += len(unpacker.decompress(packed, _PIECE))
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof and gone <= most


def _alpha(file: Any, band: int) -> list[int]:
    """Bands that hide cells, where they are kept apart from the band that is read."""
    if _together(file) > 1:
        return []
    return [n for n, what in enumerate(file.colorinterp, 1) if n != band and what is ColorInterp.alpha]


def _together(file: Any) -> int:
    """How many bands lie in one block."""
    return int(file.count) if file.interleaving is Interleaving.pixel else 1


def _masks(path: Path, shape: tuple[int, int]) -> Iterator[Any]:
    """Open the masks that a GeoTIFF keeps in directories of their own."""
    for number in range(2, _DIRECTORIES):
        try:
            with hearing(), rasterio.open(f"GTIFF_DIR:{number}:{path}", driver="GTiff") as mask:
                if mask.shape == shape and mask.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == "1":
                    yield mask
        except RasterioError:
            return
