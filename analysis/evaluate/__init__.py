"""The published evaluation: planted worlds in, measured rows out."""
