from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from layers.kinds import kinds
from layers.landuse import code_list
from maps.styles import HATCHINGS, kind_look, land_looks, state_look
from spatial.rules import STATES

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB
DEFICIENCIES = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colour, matrix=None):
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    if matrix is not None:
        linear = np.clip(np.array(matrix) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.cbrt(xyz / np.array([0.9505, 1.0, 1.089]) + 1e-9)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", [None, *DEFICIENCIES])
def test_the_four_answers_are_told_apart_with_any_colour_vision(kind):
    matrix = DEFICIENCIES.get(kind)
    for a, b in itertools.combinations(STATES, 2):
        assert np.linalg.norm(lab(state_look(a).fill, matrix) - lab(state_look(b).fill, matrix)) > 10, (a, b)


def test_answers_that_matter_have_a_hatching_besides_their_colour():
    hatches = [state_look(s).hatch for s in ("blocks", "needs_consent", "no_data")]
    assert len(set(hatches)) == 3
    assert set(hatches) <= {h["id"] for h in HATCHINGS}


def test_official_colours_are_kept_to_the_letter():
    for code, look in land_looks().items():
        assert look.colour == (code_list()[code].colour or "#D9D9D9")
        assert look.official == bool(code_list()[code].colour)


def test_industrial_and_trade_land_share_a_colour_and_differ_by_hatching():
    looks = [land_looks()[c] for c in ("SKK", "SKN", "SKC", "TMD")]
    assert len({look.colour for look in looks}) == 1
    assert len({look.hatch for look in looks}) == 4


def test_every_kind_has_a_look():
    plain = kind_look("no such kind")
    assert [k.name for k in kinds() if kind_look(k.name) == plain] == []


def test_looks_are_drawable():
    for look in (*map(kind_look, (k.name for k in kinds())), *map(state_look, STATES)):
        assert re.fullmatch(r"#[0-9a-fA-F]{6}", look.stroke)
        assert look.leaflet()["weight"] > 0
