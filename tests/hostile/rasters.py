"""Hostile rasters: virtual ones under every ending, services, lengths beyond all memory, sidecars that point."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PLACE = Affine(10, 0, 558_000, 0, -10, 2_325_000)


def hostile_rasters(folder: Path) -> Iterator[tuple[str, Path]]:
    """Make every hostile raster; a secret one beside them holds 77 in each cell."""
    secret = folder / "elsewhere" / "secret.tif"
    secret.parent.mkdir()
    _write(secret, np.full((4, 4), 77, "u1"))
    pointers = {
        "virtual": f'<VRTDataset rasterXSize="4" rasterYSize="4"><GeoTransform>558000,10,0,2325000,0,-10'
        f'</GeoTransform><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>{secret}'
        "</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "service": '<GDAL_WMS><Service name="WMS"><ServerUrl>http://127.0.0.1:9/</ServerUrl></Service></GDAL_WMS>',
        "tiles": "<GDAL_WMTS><GetCapabilitiesUrl>http://127.0.0.1:9/</GetCapabilitiesUrl></GDAL_WMTS>",
        "text": f"GTI:{secret}",
        "address": "/vsicurl/http://127.0.0.1:9/a.tif",
    }
    for what, content in pointers.items():
        for ending in (".tif", ".asc", ".img"):
            yield f"{what} as {ending}", _put(folder, f"{what}{ending}", content.encode())
    for what, width, height in (("wide", 0xFFFFFFF0, 1), ("square", 2_000_000, 2_000_000), ("none", 0, 0)):
        yield f"a TIFF that is {what}", _put(folder, f"{what}.tif", _tiff(width, height))
    head = "ncols 2000000\nnrows 2000000\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 3\n"
    yield "a grid of text that is vast", _put(folder, "vast.asc", head.encode())
    yield "a TIFF whose directories go round", _put(folder, "round.tif", _tiff(4, 4, following=8))
    linked = folder / "linked.tif"
    _write(linked, np.ones((4, 4), "u1"))
    (folder / "linked.tif.ovr").symlink_to(secret)
    (folder / "linked.tif.msk").symlink_to(secret)
    (folder / "linked.tif.aux.xml").write_text(pointers["virtual"])
    yield "sidecars that point elsewhere", linked


def _put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _write(path: Path, values: np.ndarray) -> None:
    height, width = values.shape
    profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": values.dtype}
    with rasterio.open(path, "w", transform=_PLACE, crs="EPSG:5897", **profile) as file:
        file.write(values, 1)


def _tiff(width: int, height: int, *, following: int = 0) -> bytes:
    """A TIFF of one strip, with its size as given, and its place."""
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height or 1), (279, 4, 1, 16),
    ]  # fmt: skip
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\x00" + struct.pack("<I", 8) + body + struct.pack("<I", following)
