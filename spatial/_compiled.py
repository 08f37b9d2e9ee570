"""Compiled kernels: numba where it is installed, and a plain answer to whether it is.

A kernel is compiled at its first call and kept on disk beside its module, or in the user's cache folder
where that is not writable. Where numba is missing, callers take their shapely or numpy path:
the same answers, at that path's speed.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMPILED", "FEW", "kernel", "worth_compiling"]

COMPILED = importlib.util.find_spec("numba") is not None

# pairs, below which loading compiled code takes longer than doing without it
FEW = 10_000
# pairs of edges that take as long without compiled code as one pair of small polygons
_EDGE_PAIRS = 20_000

_Function = TypeVar("_Function", bound="Callable[..., object]")


def worth_compiling(pairs: int, edge_pairs: float = 0.0) -> bool:
    """Say whether a job of so many pairs is for the compiled engine; the answer is the same either way."""
    return COMPILED and pairs + edge_pairs / _EDGE_PAIRS >= FEW


def kernel(*, fastmath: bool = False, inline: bool = False) -> Callable[[_Function], _Function]:
    """Compile a function over arrays; it runs without Python's lock, so threads help.

    Parameters
    ----------
    fastmath : bool
        Let the compiler reorder sums so that it can use vector instructions.
    inline : bool
        Paste the function into the kernels that call it.

    Returns
    -------
    Callable
        A decorator; without numba it leaves the function as it is.
    """

    def compile_it(function: _Function) -> _Function:
        if not COMPILED:
            return function
        import numba  # noqa: PLC0415 - costs half a second, and may be missing

        if inline:
            pasted: _Function = numba.njit(function, inline="always", fastmath=fastmath, error_model="numpy")
            return pasted
        # Python's check for division by zero would keep loops from using vector instructions
        compiled: _Function = numba.njit(
            function, cache=True, nogil=True, fastmath=fastmath, error_model="numpy"
        )
        return compiled

    return compile_it
