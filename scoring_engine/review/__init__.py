"""The review room: why a result is what it is, what would change it, who judged how, and whether it can be computed again."""
