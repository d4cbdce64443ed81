"""The guard: the recorder in a plain pytest run. It names, fails or undoes a leak where it happens.

It drives nothing, and switches nothing off. `begin` is all that the plugin asks for, where somebody wants a guard.
"""

from leakcheck.guard.beginning import begin

__all__ = ["begin"]
