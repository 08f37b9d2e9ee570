"""A file with several mistakes at once, as a mail from an office brings it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from tests.layers.test_legacy_text import spoilt

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "Cụm công nghiệp Phú Cát",
    "Cụm công nghiệp Ngọc Liệp",
    "Cụm công nghiệp Yên Sơn",
    "Cụm công nghiệp Đồng Trúc",
    "Cụm công nghiệp Thạch Thán",
    "Cụm công nghiệp Nghĩa Hương",
)
SIDES_M = (500, 400, 450, 300, 600, 350)
#: hectares as the file states them: the second and the fifth are not those of the polygons
STATED_HA = (25.0, 26.0, 20.25, 9.0, 30.0, 12.25)


def true_shapes() -> list[shapely.Polygon]:
    """Squares where they truly lie, VN-2000 105°00' (EPSG:5897), inside the sample district."""
    corners = [(559_000 + 1_500 * n, 2_322_000 + 900 * n) for n in range(len(SIDES_M))]
    return [shapely.box(x, y, x + s, y + s) for (x, y), s in zip(corners, SIDES_M, strict=True)]


def file_with_three_mistakes(folder: Path) -> Path:
    """Write a zipped shapefile: no system, north first, names in TCVN3, two stated areas wrong."""
    turned = [
        shapely.transform(shape, lambda xy: np.ascontiguousarray(xy[:, ::-1])) for shape in true_shapes()
    ]
    columns = {"TEN": [spoilt(name, "tcvn3") for name in NAMES], "DTICH_HA": list(STATED_HA)}
    # written with a system, whose file the mail then lost
    frame = gpd.GeoDataFrame(columns, geometry=turned, crs=5897)
    path = folder / "ccn_gui_mail.shp"
    frame.to_file(path, encoding="ISO-8859-1")
    packed = folder / "ccn_gui_mail.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in (".shp", ".shx", ".dbf"):
            archive.write(path.with_suffix(part), path.with_suffix(part).name)
    return packed
