"""Plain pytest runs in forks of a process that has imported installed packages."""
