"""What counts: findings, marks, the baseline, and the exit code."""
