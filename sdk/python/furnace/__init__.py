"""Furnace: Python functions on GPUs.

`furnace.serverless.start` turns a function into a worker; `furnace.Client` calls
the Furnace API. Standard library only.
"""

from furnace import serverless, webhooks
from furnace._version import __version__
from furnace.batches import Batch
from furnace.client import Client
from furnace.errors import FurnaceError

__all__ = ["Batch", "Client", "FurnaceError", "__version__", "serverless", "webhooks"]
