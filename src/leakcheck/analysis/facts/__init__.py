"""What is known of a set of executions: derived once, as they come, for the search, the certificate and reports."""
