"""The JSON Schema of the JSON report, made from the records."""
