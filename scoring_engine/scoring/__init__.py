"""Scoring: intake, exact columns, measures and ranking, over whole columns of many competitions at once."""
