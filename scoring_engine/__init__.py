"""An open rule engine for scoring and ranking competitions: rulebook and log of events in, ranked tables out."""
