from __future__ import annotations


def send(address: str) -> str:
    return f"sent to {address}"


def welcome(address: str) -> str:
    return send(address)
