"""The questions that are put to a suite, until every difference is explained."""
