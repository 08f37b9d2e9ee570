"""Build data/reference from a folder of collected facts.

Every row that leaves here has a source, a validity and a confidence. Nothing is invented: a cell
that the facts leave open stays empty, a date that does not stand in the facts is marked as such
in `validity_basis`, and the wording of a doubtful row is carried over unchanged.

Usage: python tools/build_reference.py FACTS_DIR
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "data" / "reference"

LEVELS = (
    "verified_primary",
    "verified_secondary",
    "two_sources_agree",
    "conflicting",
    "not_found",
    "unverified_general_knowledge",
    "reported",
)
GENERAL = "general knowledge: the date does not stand in the collected facts"


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(name: str, rows: list[dict[str, str]]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def level(text: str) -> tuple[str, str]:
    """Split '<level><anything>' into the level and the rest of the wording."""
    text = text.strip()
    for known in LEVELS:
        if text.startswith(known):
            return known, text[len(known) :].strip(" ;")
    msg = f"unknown confidence: {text!r}"
    raise ValueError(msg)


def day(text: str, *, last: bool = False) -> tuple[str, str]:
    """ISO day and what it rests on; a bare year opens on 1 January and closes on 31 December."""
    text = text.strip()
    if not text:
        return "", ""
    if re.fullmatch(r"\d{4}", text):
        return f"{text}-{'12-31' if last else '01-01'}", "the facts give the year only"
    found = re.match(r"\d{4}-\d{2}-\d{2}", text)
    if not found:
        msg = f"not a date: {text!r}"
        raise ValueError(msg)
    return found.group(), ""


def validity(row: dict[str, str]) -> dict[str, str]:
    start, basis = day(row.get("valid_from", ""))
    end, basis_end = day(row.get("valid_to", ""), last=True)
    return {
        "valid_from": start,
        "valid_to": end,
        "validity_basis": basis or basis_end or ("facts" if start else "the facts give no date"),
    }


def trust(row: dict[str, str]) -> dict[str, str]:
    found, rest = level(row["confidence"])
    return {
        "source": row["source"].strip(),
        "confidence": found,
        "confidence_note": rest,
        "note": row.get("note") or "",
    }


def force(row: dict[str, str]) -> str:
    """What a distance row may be used for; only 'in_force' can ever support a verdict."""
    status = row["status"].lower()
    if row["distance_kind"] == "GAP":
        return "gap"
    if "do not use" in status:
        return "do_not_use"
    if "superseded" in status or "replaced" in status:
        return "history"
    if "old standard" in status:
        return "preset"
    if row["confidence"].startswith(("unverified", "conflicting", "not_found")) or status.startswith(
        "reported"
    ):
        return "uncertain"
    if status.startswith("check"):
        return "check"
    if status.startswith("in force"):
        return "in_force"
    msg = f"unknown status {row['status']!r} of {row['id']}"
    raise ValueError(msg)


#: rows that rest on papers of one province: its code and name today, and what it was made of on 2025-07-01
LOCAL = {
    "CCN-BOUND": ("15", "Lào Cai", "Lào Cai; Yên Bái"),
    "CCN-LEADCOMMUNE": ("15", "Lào Cai", "Lào Cai; Yên Bái"),
    "CEM-HN-ONCE": ("01", "Hà Nội", "Hà Nội"),
    "CEM-HN-CREM": ("01", "Hà Nội", "Hà Nội"),
}
#: provinces whose names in the table of meridians differ from those in the table of units
SPELLED = {"Thừa Thiên Huế": "Huế", "TP Hồ Chí Minh": "Hồ Chí Minh"}


def locality(rule: str) -> dict[str, str]:
    names = ("province_code", "province", "province_before")
    return dict(zip(names, LOCAL.get(rule, ("", "", "")), strict=True))


def mended(row: dict[str, str]) -> dict[str, str]:
    """Two rows carry an unquoted comma in 'source'; csv puts the surplus under None."""
    surplus = row.pop(None, None)  # type: ignore[call-overload]
    if surplus:
        row["source"] = f"{row['source']}, {row['confidence']}".strip()
        row["confidence"], row["note"] = row["note"], ",".join(surplus)
    return row


def distances(folder: Path) -> list[dict[str, str]]:
    out = []
    for raw in read(folder, "safety_distances.csv"):
        row = mended(raw)
        number = row["distance_m"] if re.fullmatch(r"[\d.]+", row["distance_m"]) else ""
        out.append(
            {
                "id": row["id"],
                "feature_type": row["feature_type"],
                "feature_subtype": row["feature_subtype"],
                "condition": row["condition"],
                "distance_m": number,
                "distance_text": row["distance_m"],
                "distance_kind": row["distance_kind"],
                "measured_from": row["measured_from"],
                "measured_to": row["measured_to"],
                "clause": row["instrument"],
                "force": force(row),
                "status": row["status"],
                **locality(row["id"]),
                **validity(row),
                **trust(row),
            }
        )
    return out


#: what a check reads, by row: judged by, type of zone, low, high, unleased hectares that also pass
CHECKS = {
    "CCN32-MAX": ("area", "", "", "75", ""),
    "CCN32-MIN": ("area", "ordinary", "10", "", ""),
    "CCN32-MIN-MT": ("area", "craft_village", "5", "", ""),
    "CCN32-NORES": ("homes", "", "", "0", ""),
    "CCN32-CRAFT": ("documents", "craft_village", "75", "", ""),
    "CCN32-SERV": ("documents", "", "", "10", ""),
    "CCN32-OCC": ("", "", "", "", ""),
    "CCN32-EST-OCC": ("occupancy", "", "50", "", "100"),
    "CCN32-EST-UNL": ("unleased", "", "", "100", ""),
    "CCN32-EST-LU": ("land_plan", "", "", "", ""),
    "CCN32-EXP-OCC": ("documents", "", "60", "", ""),
    "CCN32-INCR5": ("documents", "", "", "5", ""),
    "CCN303-AREA": ("area", "", "5", "75", ""),
    "CCN303-CRAFT": ("documents", "craft_village", "60", "", ""),
    "CCN303-SPEC": ("documents", "", "60", "", ""),
    "CCN303-EST-OCC": ("occupancy", "", "50", "", "50"),
    "CCN303-EXP-OCC": ("documents", "", "50", "", ""),
    "KCN35-PHASE": ("phase_area", "", "", "500", ""),
    "KCN35-RICE": ("phase_rice", "", "100", "200", ""),
    "KCN35-OCC": ("documents", "", "60", "", ""),
    "KCN35-EXP": ("documents", "", "60", "", ""),
    "HT260-SERV": ("documents", "", "", "15", ""),
    "HT260-OCC": ("documents", "", "60", "", ""),
    "HT260-EXP": ("documents", "", "60", "", ""),
    "HT260-DEF": ("", "", "", "", ""),
}
CHECK_COLUMNS = ("judged_by", "zone_type", "low", "high", "alternative_unleased_ha")
#: exceptions in Vietnamese; the facts have them in English
EXCEPTIONS_VI = {
    "CCN32-MAX": "cụm có trước năm 2009 rộng hơn 75 ha được tiếp tục (Điều 35)",
    "CCN32-MIN": (
        "huyện miền núi, cụm làng nghề: 5 ha; cụm nhỏ hơn có trước Ng"
        "hị định 68/2017 được tiếp tục (Điều 35.1)"
    ),
    "CCN32-MIN-MT": "huyện miền núi, cụm làng nghề",
    "CCN32-EST-OCC": "HOẶC đất công nghiệp chưa cho thuê không quá 100 ha",
    "CCN32-EST-UNL": "điều kiện thay cho CCN32-EST-OCC",
    "CCN32-EXP-OCC": "HOẶC nhu cầu lớn hơn đất còn lại",
    "CCN303-SPEC": "cụm công nghệ cao: 30 %",
    "CCN303-EST-OCC": (
        "HOẶC đất chưa cho thuê không quá 50 ha; không áp dụng với cụm công nghệ cao, cụm sinh thái"
    ),
    "CCN303-EXP-OCC": "HOẶC có nhu cầu",
    "KCN35-PHASE": "mỗi giai đoạn không quá 500 ha",
    "KCN35-RICE": (
        "200 ha ở đồng bằng sông Hồng và sông Cửu Long; 150 ha ở Bắc "
        "Trung Bộ, duyên hải, Đông Nam Bộ; 100 ha ở miền núi phía Bắc, Tây Nguyên"
    ),
    "KCN35-OCC": (
        "khu thay khu đã chấm dứt; tổng diện tích toàn tỉnh không quá"
        " 1.000 ha; địa bàn ưu đãi hoặc khu kinh tế; loại hình đặc thù"
    ),
    "HT260-OCC": "chỉ khi tỉnh đã có khu",
    "PLAN178-ZONING": "quy hoạch chi tiết dưới 200 ha; tổng mặt bằng với nhà máy dưới 10 ha",
}


def establishment(folder: Path) -> list[dict[str, str]]:
    kinds = {"cluster": "industrial_cluster", "park": "industrial_park", "hi_tech_zone": "high_tech_zone"}
    return [
        {
            "id": row["id"],
            "zone_kind": kinds.get(row["zone_type"], row["zone_type"]),
            "rule_kind": row["rule_kind"],
            "metric": row["metric"],
            "operator": row["operator"],
            "value": row["value"],
            "unit": row["unit"],
            "scope": row["scope_of_aggregation"],
            "exception": row["exception"],
            "exception_vi": EXCEPTIONS_VI.get(row["id"], ""),
            "clause": row["legal_ref"],
            "test": row["gis_test"],
            **dict(zip(CHECK_COLUMNS, CHECKS.get(row["id"], ("documents", "", "", "", "")), strict=True)),
            **locality(row["id"]),
            **validity(row),
            **trust(row),
        }
        for row in map(mended, read(folder, "establishment_rules.csv"))
    ]


def conversions(folder: Path) -> list[dict[str, str]]:
    return [
        {
            "id": f"LAND121-{row['clause'].replace('đ', 'DD').upper()}",
            "point": row["clause"],
            "from_codes": row["from_codes"],
            "to_codes": row["to_codes"],
            "permission_required": row["permission_required"],
            "clause": f"{row['legal_ref']} ({row['clause']})",
            **locality(""),
            "valid_from": "2024-08-01",
            "valid_to": "",
            "validity_basis": "Law 43/2024/QH15: the Land Law 2024 is in force from 2024-08-01",
            **trust(row),
        }
        for row in read(folder, "land_conversion_rules.csv")
    ]


def codes(folder: Path) -> list[dict[str, str]]:
    """One row per code and list: a code that changed its meaning keeps both meanings, each dated."""
    lists = (
        ("2018", "TT 27/2018/TT-BTNMT", "2019-02-01", "2024-07-31", GENERAL),
        (
            "2024",
            "TT 08/2024/TT-BTNMT",
            "2024-08-01",
            "",
            "public code list of the circular: in force from 2024-08-01",
        ),
    )
    out = []
    for row in read(folder, "landuse_codes.csv"):
        found, rest = level(row["confidence"])
        functional = "(functional)" in (row["parent_2018"] + row["parent_2024"])
        for year, clause, start, end, basis in lists:
            if row[f"in_{year}"] != "1":
                continue
            parent = row[f"parent_{year}"]
            out.append(
                {
                    "id": f"{row['code']}-{year}",
                    "code": row["code"],
                    "list": year,
                    "name_vi": row[f"name_vi_{year}"],
                    "name_en": row["name_en"],
                    "group": row["top_group"],
                    "parent": "" if parent.startswith("(") else parent,
                    "functional": str(int(functional)),
                    "colour": row["hex"],
                    "colour_confidence": row["colour_confidence"],
                    "clause": clause,
                    "valid_from": start,
                    "valid_to": end,
                    "validity_basis": basis,
                    "source": row["source"],
                    "confidence": found,
                    "confidence_note": rest,
                    "note": row["note"],
                }
            )
    return out


def provinces(folder: Path) -> list[dict[str, str]]:
    out = []
    units = [row for row in read(folder, "admin_2025.csv") if row["level"] == "province"]
    now = {row["old_name"]: row["new_province_code"] for row in units}
    for row in read(folder, "vn2000_provinces.csv"):
        legacy = row["province_set"] == "legacy63"
        start, _ = day(row["valid_from"])
        out.append(
            {
                "id": f"{row['province_set']}-{row['province_code'] or row['province']}",
                "province_set": row["province_set"],
                "province_code": row["province_code"],
                "province": row["province"],
                "code_now": now[SPELLED.get(row["province"], row["province"])]
                if legacy
                else row["province_code"],
                "central_meridian": row["central_meridian"],
                "epsg": row["epsg"],
                "k0": row["k0"],
                "valid_from": start,
                "valid_to": "2025-06-30" if legacy else "",
                "validity_basis": "63 provinces became 34 on 2025-07-01; older files keep the old meridian"
                if legacy
                else "facts",
                **trust(row),
            }
        )
    return out


def targets(folder: Path) -> list[dict[str, str]]:
    return [
        {
            **{
                k: row[k]
                for k in ("id", "scope", "indicator", "unit", "period", "operator", "min", "max", "quote")
            },
            **period_years(row["period"]),
            "source": row["source_file"],
            "confidence": level(row["confidence"])[0],
            "confidence_note": level(row["confidence"])[1],
            "note": row["note"],
        }
        for row in read(folder, "policy_targets.csv")
    ]


def period_years(text: str) -> dict[str, str]:
    years = re.findall(r"\d{4}", text)
    if not years:
        return {"valid_from": "", "valid_to": "", "validity_basis": "the facts give no date"}
    return {
        "valid_from": f"{years[0]}-01-01",
        "valid_to": f"{years[-1]}-12-31",
        "validity_basis": "the years that the target names",
    }


def principles(folder: Path) -> list[dict[str, str]]:
    return [
        {
            "id": row["id"],
            "scope": row["scope"],
            "principle_en": row["principle_en"],
            "check": row["possible_gis_check"],
            "quote": row["quote"],
            "valid_from": "",
            "valid_to": "",
            "validity_basis": "a principle without an end date",
            "source": row["source_file"],
            "confidence": level(row["confidence"])[0],
            "confidence_note": level(row["confidence"])[1],
            "note": row["note"],
        }
        for row in read(folder, "principles.csv")
    ]


def plan_layers(folder: Path) -> list[dict[str, str]]:
    return [
        {
            "id": f"{row['plan_scale']} {row['layer_or_prefix']}",
            "plan_scale": row["plan_scale"],
            "layer_name": row["layer_or_prefix"],
            "meaning_en": row["meaning_en"],
            "clause": row["legal_ref"],
            "valid_from": "2025-01-01",
            "valid_to": "",
            "validity_basis": "the number of the circular gives the year only",
            **trust(row),
        }
        for row in read(folder, "tt16_plan_layers.csv")
    ]


def communes() -> list[dict[str, str]] | None:
    """The 3,321 communes of 2025-07-01 with centroid and area, from a package (MIT) that has no geometry."""
    try:
        import sqlite3  # noqa: PLC0415

        import vietnamadminunits  # noqa: PLC0415
    except ImportError:
        return None
    base = sqlite3.connect(Path(vietnamadminunits.__file__).parent / "data" / "dataset.db")
    query = (
        "select wardCode, ward, wardShort, wardType, provinceCode, provinceShort,"
        " wardLat, wardLon, wardAreaKm2 from admin_units order by wardCode"
    )
    return [
        {
            "id": code,
            "name": name,
            "short_name": short,
            "type": kind,
            "province_code": province_code,
            "province": province,
            "lat": str(lat),
            "lon": str(lon),
            "area_km2": str(area),
            "valid_from": "2025-07-01",
            "valid_to": "",
            "validity_basis": "units since 2025-07-01",
            "source": "PyPI vietnamadminunits 1.0.4 (MIT)",
            "confidence": "two_sources_agree",
            "confidence_note": "codes and counts; areas differ about 1 % from official figures",
            "note": "",
        }
        for code, name, short, kind, province_code, province, lat, lon, area in base.execute(query)
    ]


def main() -> None:
    folder = Path(sys.argv[1])
    write("safety_distances.csv", distances(folder))
    write("establishment_rules.csv", establishment(folder))
    write("conversion_rules.csv", conversions(folder))
    write("landuse_codes.csv", codes(folder))
    write("vn2000_provinces.csv", provinces(folder))
    write("policy_targets.csv", targets(folder))
    write("principles.csv", principles(folder))
    write("plan_layers.csv", plan_layers(folder))
    rows = communes()
    if rows:
        write("communes_2025.csv", rows)


if __name__ == "__main__":
    main()
