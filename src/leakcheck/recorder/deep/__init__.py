"""The deep look: every loaded module, for a dependence that no probe explains."""
