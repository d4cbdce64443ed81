"""How a leak is usually fixed: sentences and code, kind by kind."""
