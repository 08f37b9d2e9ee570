from __future__ import annotations

from spatial import warm_engine
from spatial._compiled import COMPILED
from spatial.paint import _paint


def test_all_that_is_compiled_can_be_compiled_at_once():
    assert warm_engine(cells=True) >= 0
    if COMPILED:
        assert len(_paint.signatures) > 0
