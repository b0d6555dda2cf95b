"""A handler that cannot start."""

import sys

sys.exit("no model")
