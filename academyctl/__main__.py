"""`academyctl` and `python -m academyctl`."""

import sys


def main() -> None:
    """Runs one command and exits with its code."""
    import gc

    # Everything imported lives until the end: the collector would only walk it (a fifth of the start-up).
    gc.disable()
    from academyctl.cli.app import run

    gc.freeze()
    gc.enable()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
