"""The commands, one a file: each takes its arguments apart, calls the room that does the work, and prints."""
