"""Saving: GeoParquet files and the table of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .plane import CRS, SEED

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["LAYERS", "Entry", "layers_toml", "save"]


@dataclass(frozen=True)
class Entry:
    """One layer of the sample as ``layers.toml`` tells it."""

    file: str
    kind: str
    title_vi: str
    title_en: str
    period: str
    stage: str
    extent: bool = False
    decision: str = ""
    body: str = ""
    date: str = ""


LAYERS = (
    Entry(
        "communes_2025",
        "admin_unit",
        "Ranh giới xã (từ 1/7/2025)",
        "Communes (since 1 July 2025)",
        "2025",
        "surveyed",
    ),
    Entry(
        "districts_2020",
        "admin_unit",
        "Ranh giới huyện (trước 1/7/2025)",
        "Districts (before 1 July 2025)",
        "2020",
        "surveyed",
    ),
    Entry("extent", "admin_unit", "Phạm vi dữ liệu mô phỏng", "Extent of the made data", "2025", "surveyed"),
    Entry(
        "land_use_2010", "land_use", "Hiện trạng sử dụng đất năm 2010", "Land use 2010", "2010", "surveyed"
    ),
    Entry(
        "land_use_2015", "land_use", "Hiện trạng sử dụng đất năm 2015", "Land use 2015", "2015", "surveyed"
    ),
    Entry(
        "land_use_2020", "land_use", "Hiện trạng sử dụng đất năm 2020", "Land use 2020", "2020", "surveyed"
    ),
    Entry(
        "land_use_2025", "land_use", "Hiện trạng sử dụng đất năm 2025", "Land use 2025", "2025", "surveyed"
    ),
    Entry(
        "land_use_2030",
        "land_use",
        "Quy hoạch sử dụng đất đến năm 2030",
        "Land-use plan to 2030",
        "2026-2030",
        "approved",
    ),
    Entry(
        "industrial_parks_2030",
        "industrial_park",
        "Quy hoạch khu công nghiệp đến năm 2030",
        "Industrial parks to 2030",
        "2021-2030",
        "approved",
        extent=True,
    ),
    Entry(
        "high_tech_zone_2030",
        "high_tech_zone",
        "Khu công nghệ cao Hòa Lạc",
        "Hòa Lạc high-tech zone",
        "2021-2030",
        "approved",
        extent=True,
        decision="QĐ 899/QĐ-TTg",
        body="Thủ tướng Chính phủ",
        date="2016-05-27",
    ),
    Entry(
        "industrial_clusters_2020",
        "industrial_cluster",
        "Quy hoạch cụm công nghiệp đến năm 2020",
        "Industrial clusters to 2020",
        "2011-2020",
        "approved",
        extent=True,
    ),
    Entry(
        "industrial_clusters_2030",
        "industrial_cluster",
        "Phương án cụm công nghiệp đến năm 2030",
        "Industrial clusters to 2030",
        "2021-2030",
        "proposed",
        extent=True,
    ),
    Entry(
        "urban_boundaries_2020",
        "urban_boundary",
        "Ranh giới đô thị năm 2020",
        "Urban boundaries 2020",
        "2011-2020",
        "approved",
        extent=True,
    ),
    Entry(
        "urban_boundaries_2030",
        "urban_boundary",
        "Ranh giới phát triển đô thị đến năm 2030",
        "Urban boundaries to 2030",
        "2021-2030",
        "approved",
        extent=True,
    ),
    Entry(
        "residential_2025",
        "residential",
        "Khu dân cư năm 2025",
        "Housing 2025",
        "2025",
        "surveyed",
        extent=True,
    ),
    Entry("schools", "school", "Trường học", "Schools", "2025", "surveyed", extent=True),
    Entry("cemeteries", "cemetery", "Nghĩa trang, nghĩa địa", "Cemeteries", "2025", "surveyed", extent=True),
    Entry("craft_villages", "craft_village", "Làng nghề", "Craft villages", "2025", "surveyed", extent=True),
    Entry("roads", "road", "Đường giao thông", "Roads", "2025", "surveyed", extent=True),
    Entry("rivers", "river", "Sông, suối", "Rivers and streams", "2025", "surveyed", extent=True),
    Entry(
        "power_lines", "power_line", "Đường dây điện cao áp", "Power lines", "2025", "surveyed", extent=True
    ),
    Entry(
        "green_belt",
        "green_belt",
        "Vành đai xanh sông Đáy, sông Tích",
        "Green belt",
        "2021-2030",
        "approved",
        extent=True,
    ),
    Entry("protected", "protected", "Rừng đặc dụng", "Special-use forest", "2025", "surveyed", extent=True),
    Entry(
        "wastewater_facilities",
        "wastewater_facility",
        "Công trình xử lý nước thải",
        "Wastewater plants",
        "2025",
        "surveyed",
        extent=True,
    ),
)

_HEAD = f'''# Sample district: simulated land around Thạch Thất and Quốc Oai, Hà Nội.
# Written by tools/make_sample.py; change the generator, not this file.
label_vi = "dữ liệu mô phỏng"
label_en = "made data"
crs = {CRS}
seed = {SEED}
extent_file = "extent.parquet"
note_vi = """
Thật: tên, mã, tọa độ trung tâm và diện tích chín xã; tên và mã hai huyện cũ; tên và diện tích của
KCN Thạch Thất – Quốc Oai, Khu công nghệ cao Hòa Lạc, CCN Ngọc Liệp, CCN đồ mộc dân dụng Phùng Xá và
số quyết định của hai khu đầu; tên sông Tích, sông Đáy, Đại lộ Thăng Long, Quốc lộ 21, các đường tỉnh.
Mô phỏng: toàn bộ hình học và loại đất, mọi tên có chữ "mô phỏng".
"""
note_en = """
Real: names, codes, centroids and areas of the nine communes; names and codes of the two old districts;
names and areas of the one existing park, the high-tech zone and two clusters, and the decision numbers
of the first two; names of the two rivers and of national and provincial roads.
Made: every geometry and every land use, and everything whose name says "mô phỏng".
"""
'''


def save(frame: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    """Write a layer.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    folder : pathlib.Path
    name : str
        File name without its ending.
    """
    out = frame.assign(made=True)
    out = out[[c for c in out.columns if c != "geometry"] + ["geometry"]]
    out.index = pd.Index(np.arange(1, len(out) + 1), name="fid")
    out["geometry"] = shapely.normalize(out.geometry.to_numpy())
    out.to_parquet(
        folder / f"{name}.parquet",
        compression="zstd",
        compression_level=19,
        index=True,
        write_covering_bbox=False,
        data_page_size=1 << 25,
        row_group_size=1 << 20,
    )


def _line(key: str, value: object) -> str:
    return f"{key} = {'true' if value is True else chr(34) + str(value) + chr(34)}"


def layers_toml() -> str:
    """Return the text of ``layers.toml``.

    Returns
    -------
    str
    """
    blocks = [_HEAD]
    for entry in LAYERS:
        pairs = {
            "file": f"{entry.file}.parquet",
            "name": entry.file,
            "kind": entry.kind,
            "title_vi": entry.title_vi,
            "title_en": entry.title_en,
            "period": entry.period,
            "stage": entry.stage,
            "extent": entry.extent,
            "decision": entry.decision,
            "body": entry.body,
            "date": entry.date,
        }
        blocks.append("\n[[layer]]\n" + "\n".join(_line(k, v) for k, v in pairs.items() if v) + "\n")
    return "".join(blocks)
