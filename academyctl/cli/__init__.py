"""Flags in, Outcome out: wires the layers and holds no rule. The only importer of typer."""
