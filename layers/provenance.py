"""Where a layer comes from: decision, body, date, scale, and the hash of the file it was read from."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Provenance", "file_hash"]


@dataclass(frozen=True)
class Provenance:
    """What is known of the origin of a layer.

    Parameters
    ----------
    source : str
        File name (with its layer) that the rows came from.
    sha256 : str
        Hash of that file, of all its parts where it has several.
    decision, body, date, scale : str
        Number of the decision, issuing body, ISO day, map scale; empty where unknown.
    licence : str
        Terms of use, empty where unknown.
    made : bool
        True for made (simulated) data; shown as such wherever the layer shows.
    steps : tuple of str
        What was done since reading: repairs, assumed CRS, datum operation, restored version.

    Examples
    --------
    >>> Provenance(source="ccn.gpkg", decision="QĐ 2500/2007/QĐ-UB").as_dict()["decision"]
    'QĐ 2500/2007/QĐ-UB'
    """

    source: str = ""
    sha256: str = ""
    decision: str = ""
    body: str = ""
    date: str = ""
    scale: str = ""
    licence: str = ""
    made: bool = False
    steps: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the catalogue and for JSON.

        Returns
        -------
        dict
        """
        return {**asdict(self), "steps": list(self.steps)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Provenance:
        """Build from what :meth:`as_dict` gave; unknown keys are left out.

        Parameters
        ----------
        values : dict

        Returns
        -------
        Provenance
        """
        known = {f.name for f in fields(cls)}
        kept = {k: v for k, v in values.items() if k in known}
        return cls(**{**kept, "steps": tuple(kept.get("steps", ()))})


def file_hash(*paths: Path) -> str:
    """SHA-256 over the bytes of one or more files, in order of their names.

    Parameters
    ----------
    *paths : pathlib.Path
        The parts of one source; a shapefile has several.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda p: p.name):
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
