"""Decisions: rules that hold or not, decided by two engines that must agree, and what follows from them."""
