"""Errors of the project: a code, and fields that say what, where, expected, found and what to do.

The sentence a person reads is made from code and fields by ``maps.words`` in Vietnamese or English;
``str(error)`` gives the same facts untranslated, for logs and for users of the library.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "CrsError",
    "GeometryError",
    "QuestionError",
    "SchemaError",
    "SourceError",
    "StoreError",
    "TableError",
    "ThoCongError",
]


class ThoCongError(Exception):
    """Base of all errors of the project.

    Parameters
    ----------
    code : str
        Name of the mistake, a key of the locale files (``error.<code>``).
    **fields
        Facts about the mistake: layer, row, column, expected, found, and so on.

    Examples
    --------
    >>> error = SourceError("source_missing", path="ccn.gpkg")
    >>> error.code, error.fields["path"]
    ('source_missing', 'ccn.gpkg')
    >>> str(error)
    "source_missing: path='ccn.gpkg'"
    """

    def __init__(self, code: str, /, **fields: Any) -> None:
        self.code = code
        self.fields = fields
        facts = ", ".join(f"{name}={value!r}" for name, value in fields.items())
        super().__init__(f"{code}: {facts}" if facts else code)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the fields, so an error survives the way back from another process."""
        return _restore, (type(self), self.code, self.fields)


def _restore(kind: type[ThoCongError], code: str, fields: dict[str, Any]) -> ThoCongError:
    return kind(code, **fields)


class SourceError(ThoCongError):
    """A file or a layer in it can't be found, opened or written."""


class SchemaError(ThoCongError):
    """A layer lacks a column, or a column has the wrong type."""


class CrsError(ThoCongError):
    """A coordinate system is missing, unknown, not the expected one, or in degrees where metres must be."""


class GeometryError(ThoCongError):
    """A geometry reached a computation that can't use it."""


class TableError(ThoCongError):
    """A reference table is missing or doesn't hold what it must."""


class StoreError(ThoCongError):
    """The workspace can't be read, or a save would overwrite somebody else's."""


class QuestionError(ThoCongError):
    """What was asked makes no sense: an unknown kind, a negative tolerance, a wrong date."""
