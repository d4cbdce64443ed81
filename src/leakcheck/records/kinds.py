"""What is known about a kind of state: how it is watched, and what its probe declares about it.

It travels in the stored record of the suite. So a kind of another package is told in its own words, also where that
package is not installed; and what stands in it may be a stranger's: it is text, and nothing in it is executed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tracking = Literal["tracked", "compared", "on demand"]
"""How a kind is watched: reads and writes are told when they happen; values before and after each test are
compared; values are looked at only to explain what nothing else does."""
Restoring = Literal["together", "apart", "last", "never"]
"""How the search puts changes of a kind back: with those of other kinds; by themselves, since that is more than to
set a value; by themselves, after all else was tried; or not at all, since nobody can."""

MAX_TEMPLATE = 4_000
"""Characters of a text that a probe declares."""


@dataclass(frozen=True, slots=True)
class About:
    """What a probe declares about its kind of state.

    `form` is how people write one key of it, `whole` how they write all that an owner has. `advice` tells how such
    a leak usually ends, `whole_advice` the same where all of an owner leaked at once, if that differs; `example`
    is it as code. `replaced_advice` and `replaced_example` are the same where a value stood there before: to take
    away what was set does not bring it back. `entry_advice` is for one entry of a container. In all of them
    `$owner`, `$key` and others stand for what the leak has there.

    `bundled` if what one line sets at several locations is one leak, in which `owner_noun` is what owners are
    called. `often_read` if so many read it that a read is told only where some test changes what is read.
    """

    form: str = "$kind $owner $key$path"
    whole: str = "all $kind of $owner"
    advice: str = "Put the old value back after the test: in a fixture, behind its yield."
    whole_advice: str = ""
    replaced_advice: str = ""
    entry_advice: str = ""
    example: str = ""
    replaced_example: str = ""
    put_back: Restoring = "together"
    bundled: bool = False
    owner_noun: str = "owner"
    often_read: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of state is watched, and what its probe declares. `held` if it is entries of containers, of which
    several may be told as their container."""

    tracking: Tracking = "on demand"
    about: About = About()
    held: bool = False

    @property
    def restorable(self) -> bool:
        return self.about.put_back != "never"


UNKNOWN = Kind()
"""A kind that the suite has no record of."""
