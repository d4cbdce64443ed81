"""State outside the process: files, connections, other programs."""
