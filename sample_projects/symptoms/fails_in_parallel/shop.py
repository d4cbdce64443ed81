from __future__ import annotations

orders: dict[int, str] = {}


def create(number: int, what: str) -> None:
    orders[number] = what


def ship(number: int) -> str:
    return f"{orders[number]} is on its way"
