"""`python -m jobbpakten_local.demo`: a year of the network, then it stays up until Ctrl-C.

SEED=7 chooses the year, WEEKS=12 tells a part of it, ONCE=1 ends after it.
Ends with 0 when everything told was heard, 1 when not, 2 for wrong use, 3 without its parts.
"""

import sys


def main() -> int:
    """Import inside: that takes a second, and a Ctrl-C may come in it."""
    try:
        from jobbpakten_local.demo import run  # noqa: PLC0415

        return run.main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
