"""A handler that does nothing."""

import furnace

furnace.serverless.start({"handler": lambda event: None})
