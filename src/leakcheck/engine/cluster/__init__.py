"""Executions on other machines: workers of a Dask cluster run them, each by an engine of its own.

`client.py`, `crew.py` and `worker.py` alone import Dask, and only when a cluster was asked for. A worker of Dask
(`worker.py`) starts a process (`audit/worker/`) that stands in the project's folder there and has an engine, which
does what the engine of the host does with lanes of its own: turns, limits of time, files put back. What goes there
are the questions, what comes back are segments.
"""
