"""What is drawn by hand: courses of rivers, roads and canals, towns, hills, zones.

Positions are kilometres east and north of (540 000, 2 310 000) in EPSG:5897. Names of national and
provincial roads and of the two rivers are real, every course is made.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BASES",
    "CAMPUS",
    "CANALS",
    "HILLS",
    "LAKE",
    "MILITARY",
    "ORIGIN",
    "POWER",
    "PROTECTED",
    "RIVERS",
    "ROADS",
    "TOWNS",
    "Course",
    "Town",
    "to_metres",
]

ORIGIN = (540_000.0, 2_310_000.0)

Points = tuple[tuple[float, float], ...]


def to_metres(points: Points) -> list[tuple[float, float]]:
    """Return drawn kilometres as plane coordinates.

    Parameters
    ----------
    points : tuple of (x, y)

    Returns
    -------
    list of (x, y)
    """
    return [(ORIGIN[0] + 1000 * x, ORIGIN[1] + 1000 * y) for x, y in points]


@dataclass(frozen=True)
class Course:
    """A river, canal, road or power line: its name, width in metres and the points it runs through."""

    name: str
    width: float
    points: Points
    rank: str = ""


@dataclass(frozen=True)
class Town:
    """A town: bigger than a village, its housing is urban land from a given year on."""

    name: str
    at: tuple[float, float]
    radius: float
    urban_from: int


RIVERS = (
    Course(
        "Sông Tích",
        42,
        (
            (15.0, 25.0),
            (15.6, 22.9),
            (16.4, 20.9),
            (17.2, 19.2),
            (19.0, 16.9),
            (20.4, 14.3),
            (20.3, 11.6),
            (20.9, 9.2),
            (22.1, 7.2),
            (22.9, 5.2),
        ),
        "river",
    ),
    Course(
        "Suối mô phỏng 1",
        9,
        ((3.5, 13.1), (6.6, 12.5), (9.4, 13.5), (12.3, 13.9), (14.9, 15.0), (17.9, 17.3), (18.84, 17.62)),
    ),
    Course(
        "Suối mô phỏng 2",
        10,
        ((3.6, 7.9), (7.3, 9.1), (10.4, 10.0), (13.3, 9.2), (16.4, 9.5), (20.76, 10.52)),
    ),
    Course("Suối mô phỏng 3", 7, ((7.6, 4.6), (9.3, 7.4), (10.6, 10.0))),
    Course("Suối mô phỏng 4", 8, ((12.4, 4.4), (15.2, 5.3), (17.8, 7.0), (21.16, 8.6))),
    Course("Suối mô phỏng 5", 7, ((6.1, 17.0), (7.9, 15.0), (9.4, 13.5))),
    Course("Suối mô phỏng 6", 6, ((3.6, 10.4), (6.6, 10.7), (8.9, 9.6))),
)

ROADS = (
    Course(
        "Đại lộ Thăng Long",
        118,
        ((33.0, 13.75), (29.0, 13.45), (25.0, 13.05), (21.0, 12.55), (17.0, 12.0), (12.45, 11.35)),
        "expressway",
    ),
    Course(
        "Quốc lộ 21",
        46,
        (
            (11.0, 18.6),
            (11.7, 16.4),
            (12.1, 14.2),
            (12.45, 11.35),
            (13.3, 8.9),
            (14.3, 6.5),
            (15.4, 4.2),
            (16.4, 2.4),
        ),
        "national",
    ),
    Course("Đường Hòa Lạc - Hòa Bình", 40, ((12.45, 11.35), (10.3, 9.0), (7.8, 6.9), (5.3, 4.0)), "national"),
    Course(
        "Đường tỉnh 446", 17, ((12.2, 13.4), (9.7, 12.1), (7.0, 11.6), (4.9, 9.9), (3.4, 9.2)), "provincial"
    ),
    Course(
        "Đường tỉnh 419",
        20,
        (
            (17.2, 25.0),
            (18.4, 21.6),
            (20.4, 19.0),
            (22.9, 16.6),
            (25.2, 14.4),
            (26.7, 12.2),
            (27.9, 9.5),
            (28.6, 6.6),
        ),
        "provincial",
    ),
    Course(
        "Đường tỉnh 420",
        17,
        ((11.7, 16.4), (15.2, 17.3), (18.2, 18.4), (22.2, 18.8), (26.0, 17.5), (28.4, 18.2)),
        "provincial",
    ),
    Course(
        "Đường tỉnh 421B",
        17,
        ((26.7, 12.2), (23.5, 10.0), (19.9, 8.0), (16.9, 6.9), (14.3, 6.5)),
        "provincial",
    ),
    Course("Đường tỉnh 422", 16, ((26.7, 12.2), (29.2, 11.4), (32.5, 11.9)), "provincial"),
    Course(
        "Đường tỉnh 416",
        16,
        ((12.5, 23.0), (15.3, 22.0), (18.4, 21.6), (21.6, 21.2), (24.0, 20.0)),
        "provincial",
    ),
    Course(
        "Đường mô phỏng ven hồ",
        16,
        ((16.9, 18.45), (17.5, 15.2), (18.3, 12.2), (18.0, 9.6), (18.6, 7.3)),
        "provincial",
    ),
)

CANALS = (
    Course(
        "Kênh mô phỏng 1",
        15,
        ((17.9, 20.2), (20.9, 20.2), (23.3, 18.0), (25.9, 16.3), (29.0, 15.4), (30.6, 14.1)),
    ),
    Course("Kênh mô phỏng 2", 12, ((21.0, 15.6), (23.4, 14.6), (24.3, 12.2), (25.9, 9.7), (26.6, 6.6))),
    Course(
        "Kênh mô phỏng 3",
        11,
        ((19.6, 19.0), (21.3, 16.9), (22.2, 14.3), (22.0, 11.7), (23.4, 8.4), (24.0, 6.0)),
    ),
    Course("Kênh mô phỏng 4", 11, ((27.9, 13.0), (28.6, 10.6), (29.7, 8.9), (30.1, 6.2))),
    Course("Kênh mô phỏng 5", 10, ((14.3, 20.0), (15.5, 20.0), (17.3, 22.6), (20.6, 22.9), (22.6, 21.3))),
    Course(
        "Kênh mô phỏng 6",
        9,
        ((12.2, 14.9), (15.4, 16.2), (17.0, 15.8), (18.6, 14.4), (19.2, 12.5), (19.1, 9.2)),
    ),
)

TOWNS = (
    Town("Quốc Oai", (26.55, 11.85), 640, 2010),
    Town("Liên Quan", (18.45, 21.35), 450, 2010),
    Town("Hòa Lạc", (11.75, 12.6), 500, 2020),
    Town("Xuân Mai bắc", (14.7, 6.2), 360, 2099),
    Town("Phùng Xá", (23.9, 15.35), 430, 2099),
    Town("Hữu Bằng", (22.2, 18.3), 430, 2099),
)

# position, reach in kilometres and height of single hills that stand in the plain or sharpen the west
HILLS = (
    (24.2, 17.5, 0.40, 0.9),
    (28.1, 16.1, 0.42, 1.0),
    (27.7, 15.6, 0.28, 0.8),
    (16.0, 4.9, 1.3, 0.8),
    (17.2, 13.9, 0.8, 0.5),
    (14.4, 18.9, 1.0, 0.6),
)

LAKE = (16.1, 13.35)

# centre and radius in kilometres
MILITARY = (
    ((14.0, 16.75), 0.72),
    ((10.0, 7.5), 0.95),
    ((17.2, 5.3), 0.66),
    ((10.0, 15.0), 0.55),
)

PROTECTED = (
    (4.9, 12.2),
    (5.9, 12.0),
    (6.9, 11.9),
    (7.6, 11.1),
    (7.4, 10.1),
    (6.6, 9.4),
    (5.8, 9.1),
    (5.0, 8.9),
    (4.7, 9.6),
    (4.6, 10.6),
    (4.5, 11.4),
)

# parts of the high-tech zone that are laid out with wide roads and large plots
CAMPUS = (
    (
        (13.25, 11.62),
        (15.35, 11.92),
        (15.25, 12.55),
        (14.85, 13.35),
        (14.30, 13.75),
        (13.40, 13.30),
        (13.15, 12.40),
    ),
    ((14.75, 11.52), (17.55, 11.93), (17.50, 11.35), (16.90, 10.95), (15.70, 10.85), (14.80, 11.00)),
)

POWER = (
    Course(
        "Đường dây 220 kV mô phỏng",
        220,
        ((3.0, 14.6), (9.0, 14.1), (13.6, 13.0), (18.9, 14.6), (23.2, 15.9), (33.0, 16.3)),
    ),
    Course(
        "Đường dây 110 kV mô phỏng",
        110,
        ((21.9, 25.0), (21.6, 20.0), (23.2, 15.9), (25.2, 11.0), (26.4, 5.0)),
    ),
)

# land of the two rivers that stays green
BASES = {"Sông Đáy": 620.0, "Sông Tích": 190.0}
