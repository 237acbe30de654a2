"""Pure: (desired, actual) → Plan. No I/O, no clock. Rollback is a plan too."""
