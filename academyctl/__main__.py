"""`academyctl` and `python -m academyctl`."""

import sys


def main() -> None:
    """Runs one command and exits with its code."""
    try:
        code = _run()
    except KeyboardInterrupt:
        # Before the command began; from then on the boundary tells what was done.
        code = 130
    sys.exit(code)


def _run() -> int:
    import gc

    # Everything imported lives until the end: the collector would only walk it (a fifth of the start-up).
    gc.disable()
    from academyctl.cli.app import run

    gc.freeze()
    # A short command makes little garbage and dies soon; a long one still gets its collections.
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    code = run(sys.argv[1:])
    # Or the interpreter's last collections would walk everything once more (a tenth of a short command).
    gc.freeze()
    return code


if __name__ == "__main__":
    main()
