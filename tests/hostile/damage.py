"""Damaged copies of whole files: cut, bits flipped, zeroed, doubled; parts missing, empty, all zeros."""

from __future__ import annotations

import random
import shutil
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHOLE: Final = ("missing", "empty", "zeros")
CUTS: Final = (10, 25, 40, 50, 60, 70, 75, 80, 90, 95, 98, 99)


@dataclass(frozen=True)
class Damage:
    """One way to spoil one part of a file.

    Parameters
    ----------
    how : str
        ``cut``, ``flip``, ``zero`` or ``double``; of a file of several parts ``missing``, ``empty`` or
        ``zeros``, which take a part whole.
    part : str
        Ending of the part that is spoilt.
    seed : int
        For a cut the per cent that is left, else the seed of the dice.
    """

    how: str
    part: str
    seed: int

    def __str__(self) -> str:
        return f"{self.part} {self.how} {self.seed}"


def damages(parts: tuple[str, ...], rounds: int) -> Iterator[Damage]:
    """List the damages of a file: every cut, and some rounds of the others."""
    for part in parts:
        yield from (Damage("cut", part, share) for share in CUTS)
        for how in ("flip", "zero", "double"):
            yield from (Damage(how, part, seed) for seed in range(rounds))
        if len(parts) > 1:
            yield from (Damage(how, part, 0) for how in WHOLE)


def spoil(folder: Path, target: Path, damage: Damage) -> None:
    """Copy a folder with one of its files spoilt; a geodatabase beside an archive of it is packed anew."""
    shutil.copytree(folder, target, dirs_exist_ok=True)
    victim = next(f for f in target.rglob("*") if f.is_file() and f.name.endswith(damage.part))
    if damage.how == "missing":
        victim.unlink()
    else:
        victim.write_bytes(spoilt(victim.read_bytes(), damage))
    base, archive = target / "khu.gdb", target / "khu.zip"
    if base.is_dir() and archive.is_file():
        pack(base, archive)


def pack(base: Path, archive: Path) -> None:
    """Pack a geodatabase."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(base.iterdir()):
            packed.write(part, f"{base.name}/{part.name}")


def spoilt(raw: bytes, damage: Damage) -> bytes:
    """Return the bytes spoilt."""
    dice = random.Random(f"{damage.how} {damage.seed} {len(raw)}")
    if damage.how in ("empty", "zeros"):
        return bytes(len(raw) if damage.how == "zeros" else 0)
    if damage.how == "cut":
        return raw[: len(raw) * damage.seed // 100]
    at = dice.randrange(len(raw))
    length = max(1, min(len(raw) - at, dice.choice([1, 16, 256, 4096, len(raw) // 10 or 1])))
    if damage.how == "zero":
        return raw[:at] + bytes(length) + raw[at + length :]
    if damage.how == "double":
        return raw[: at + length] + raw[at:]
    out = bytearray(raw)
    for _ in range(dice.choice([1, 4, 32])):
        out[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return bytes(out)
