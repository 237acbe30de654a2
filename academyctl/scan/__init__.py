"""The static audit of env references: source in, references with file and line out; nothing is imported or run."""
