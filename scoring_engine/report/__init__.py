"""Reports: tables for the terminal and for files. Nothing here computes a number."""
