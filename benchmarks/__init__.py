"""Speed and memory, whole processes side by side. Run by `make bench`; no test is timed."""
