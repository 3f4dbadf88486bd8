"""The rulebooks of the source documents S0, S1, S3 and S4: sample logs, expected tables, coverage of the clauses."""
