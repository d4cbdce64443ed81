"""The routes. A router holds no state, so all applications may include the same one."""
