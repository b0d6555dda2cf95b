"""A handler that cannot be imported."""

raise ImportError("this one is broken")
