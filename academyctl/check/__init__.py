"""Pure: (desired, actual) → findings. No I/O, no clock. No finding holds a value."""
