"""pygal, without the import hook that it leaves behind."""

import sys

from pygal import PluginImportFixer, StackedBar  # type: ignore[import-untyped]
from pygal.style import Style  # type: ignore[import-untyped]

__all__ = ["StackedBar", "Style"]

# The hook finds pygal's plug-ins, which we don't use, and Python 3.11 warns of it at each import.
sys.meta_path[:] = [hook for hook in sys.meta_path if not isinstance(hook, PluginImportFixer)]
