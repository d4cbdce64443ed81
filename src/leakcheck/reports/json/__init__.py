"""Parts of the JSON report."""
