"""The terminal: ``thocong conflicts | distances | check | export | serve | doctor | workspace``."""

from maps.cli.main import main

__all__ = ["main"]
