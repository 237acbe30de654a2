"""What things are: plain frozen values. Imports the standard library only and does no I/O."""
