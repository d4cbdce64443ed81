"""Executions in new processes, and what stands between these and the engine."""
