"""The kinds of leaks that can be planted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from . import (
    plant_app_state,
    plant_client,
    plant_held,
    plant_hidden,
    plant_overrides,
    plant_process,
    plant_python,
)
from .parts import Feature


@dataclass(frozen=True)
class Kind:
    """`plant` gives a feature of the application for a noun.

    `once`: there is one such location in a process. `cached`: who looks, writes: for plain victims only.
    """

    plant: Callable[[str, Random], Feature]
    once: bool = False
    cached: bool = False


KINDS: Mapping[str, Kind] = {
    "app_state": Kind(plant_app_state.plant_attribute),
    "app_state_in_place": Kind(plant_app_state.plant_container),
    "dependency_overrides": Kind(plant_overrides.plant),
    "client_cookies": Kind(plant_client.plant_cookie),
    "client_headers": Kind(plant_client.plant_header),
    "module_global_rebind": Kind(plant_python.plant_global),
    "module_global_in_place": Kind(plant_python.plant_registry),
    "class_attribute": Kind(plant_python.plant_class_attribute),
    "environ": Kind(plant_process.plant_variable),
    "cwd": Kind(plant_process.plant_directory, once=True),
    "logging_level": Kind(plant_process.plant_level),
    "lru_cache": Kind(plant_python.plant_cache, cached=True),
    "hidden": Kind(plant_hidden.plant),
    "memory_database": Kind(plant_hidden.plant_database),
    "entry_taken": Kind(plant_held.plant_entry),
    "foreign_class": Kind(plant_held.plant_foreign),
    "held_deque": Kind(plant_held.plant_deque),
    "held_event": Kind(plant_held.plant_event),
    "default_argument": Kind(plant_held.plant_default),
    "function_attribute": Kind(plant_held.plant_function),
    "socket_timeout": Kind(plant_held.plant_timeout, once=True),
}
