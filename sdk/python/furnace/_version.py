"""The version of this package, and how it names itself on the wire."""

__version__ = "0.1.0"

USER_AGENT = "Furnace-Python-SDK/" + __version__
