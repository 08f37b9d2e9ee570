"""The terminal: ``thocong conflicts | check | export | serve | doctor | workspace``."""

from maps.cli.main import main

__all__ = ["main"]
