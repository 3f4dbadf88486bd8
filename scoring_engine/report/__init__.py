"""Results for people and programs: terminal tables, CSV and JSON. Shows what was computed, computes nothing."""
