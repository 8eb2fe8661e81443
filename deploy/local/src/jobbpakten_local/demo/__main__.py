"""`python -m jobbpakten_local.demo`: a year of the network, then it stays up until Ctrl-C.

SEED=7 chooses the year, WEEKS=12 tells a part of it, ONCE=1 ends after it.
Ends with 0 when everything told was heard, 1 when not, 2 for wrong use, 3 without its parts, and
with 130, 143 or 129 when SIGINT (Ctrl-C), SIGTERM or SIGHUP ended it.
"""

import argparse
import sys

from jobbpakten_local.parts import signals


def main() -> int:
    """Import inside: that takes a second, and a signal may come in it."""
    with signals.noted():
        words = argparse.ArgumentParser(
            "python -m jobbpakten_local.demo",
            description=__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        words.parse_args()
        from jobbpakten_local.demo import run  # noqa: PLC0415

        return run.main()


if __name__ == "__main__":
    sys.exit(main())
