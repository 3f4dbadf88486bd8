"""The ruleset language: what a rulebook can say, read with positions, checked, and compiled to a plan."""
