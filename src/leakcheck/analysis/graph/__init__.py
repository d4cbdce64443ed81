"""Who leaks what into whom: edges, leaks, verdicts, and what to fix first."""
