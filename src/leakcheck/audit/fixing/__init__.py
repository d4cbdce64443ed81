"""The use case: a fix for each root cause, proven before anybody reads it."""
