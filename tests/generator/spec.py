"""What a generated project shall contain."""

from dataclasses import dataclass

STANDARD_KINDS = (
    "app_state",
    "app_state_in_place",
    "dependency_overrides",
    "client_cookies",
    "client_headers",
)
HELD_KINDS = (
    "entry_taken",
    "foreign_class",
    "held_deque",
    "held_event",
    "default_argument",
    "function_attribute",
    "socket_timeout",
)
EXTENDED_KINDS = (
    "module_global_rebind",
    "module_global_in_place",
    "class_attribute",
    "environ",
    "cwd",
    "logging_level",
    "lru_cache",
    "hidden",
    "memory_database",
    *HELD_KINDS,
)


@dataclass(frozen=True)
class Spec:
    """How many of what; every number counts tests unless it says otherwise.

    `victims` is the total: of them `alternative_polluters` have two polluters either of which suffices,
    `conjunctions` are hurt only by two tests together, `chains` only by two tests in one order (the second
    leaks only when it ran after the first), the rest have one polluter.
    `cleaners` are dealt to the victims in turn; `silent` counts leaks that change no outcome; `baits` counts
    clean things that write and restore (the one with a module fixture is two tests).
    `import_delay` and `test_cost` are milliseconds of CPU work, spent when the application is imported and in
    each ordinary test, on top of its real requests.
    """

    seed: int = 1
    tests: int = 50
    files: int = 8
    victims: int = 5
    brittle: int = 1
    alternative_polluters: int = 1
    conjunctions: int = 1
    chains: int = 0
    self_polluting: int = 0
    cleaners: int = 1
    silent: int = 3
    baits: int = 6
    kinds: tuple[str, ...] = STANDARD_KINDS
    import_delay: int = 0
    test_cost: int = 0

    def problems(self) -> list[str]:
        """Everything that is wrong with the numbers, in words."""
        unknown = [kind for kind in self.kinds if kind not in STANDARD_KINDS + EXTENDED_KINDS]
        checks = [
            (not self.kinds, "no kind of leak is named"),
            (bool(unknown), f"unknown kinds: {', '.join(unknown)}"),
            (
                self.alternative_polluters + self.conjunctions + self.chains > self.victims,
                "more alternatives, conjunctions and chains than victims",
            ),
            (self.cleaners > 0 and not self.victims, "cleaners without a victim"),
            (not 1 <= self.files <= self.tests // 3, "need 1 file at least, and 3 tests for each"),
        ]
        return [text for wrong, text in checks if wrong]


BENCHMARK = Spec(
    seed=1,
    tests=200,
    files=16,
    victims=7,
    brittle=1,
    alternative_polluters=1,
    conjunctions=1,
    cleaners=4,
    silent=6,
    baits=12,
)
