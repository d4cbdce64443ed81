"""The processes in the audited project: how each starts, what it runs, what it must not disturb."""
