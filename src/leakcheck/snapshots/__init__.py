"""Values as fingerprints and short descriptions, without calling the project's own code."""
