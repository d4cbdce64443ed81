"""Which object it is, for tables of objects that must not be hashed or compared by what their classes say."""

from __future__ import annotations

identity = object.__hash__
"""As `id`, a number that no other living object has. `id` tells every audit hook of each call, ours included, which
takes ten times longer than the answer; a look at all that a project holds asks for many thousands."""
