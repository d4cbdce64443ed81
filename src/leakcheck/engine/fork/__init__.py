"""Executions as forks of processes that have collected."""
