"""The season: competitions linked by events, replayed in the order in which they feed one another."""
