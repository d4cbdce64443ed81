"""A client of Dask, and a small cluster on this machine, without the words that they print."""

from __future__ import annotations

import logging
from pathlib import Path

from distributed import Client, LocalCluster

from leakcheck.engine.cluster.crew import Crew
from leakcheck.engine.cluster.terms import Seen, Terms
from leakcheck.errors import EngineFailed

CONNECT = 15.0
"""Seconds that a scheduler has to answer."""


def crew_of(where: str, terms: Terms, host: Seen) -> Crew:
    """The crew of the cluster `where`, as far as it has come."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    kind, _, lanes = where.partition(":")
    if kind == "local":
        local = _local(int(lanes))
        return Crew(Client(local, set_as_default=False), local, terms, host)
    return Crew(_client(where), None, terms, host)


def _local(lanes: int) -> LocalCluster:
    """One worker of so many lanes, in the folder in which the host stands. It is a thread: what it runs is in the
    process of its engine, and Dask need not be imported there."""
    cluster = LocalCluster(
        n_workers=0,
        processes=False,
        threads_per_worker=lanes,
        memory_limit=0,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )
    cluster.scale(1)
    return cluster


def _client(where: str) -> Client:
    try:
        if "://" in where:
            return Client(where, timeout=CONNECT, set_as_default=False)
        return Client(scheduler_file=str(Path(where)), timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineFailed(
            f"cannot reach the scheduler of the cluster {where}: {error}",
            hint="Start one with `dask scheduler`, or name another with --cluster.",
            option="cluster",
        ) from error
