"""Start one service: `python -m shared membership --port 8001`."""

import argparse
import gc
import importlib

import uvicorn

GRACE_SECONDS = 5  # for calls under way; one that never ends must not keep us


def main() -> None:
    """Serve until SIGTERM; what the service needs stands in its settings."""
    words = argparse.ArgumentParser("python -m shared", description=__doc__)
    words.add_argument("service", help="membership, followup, …")
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=8000)
    chosen = words.parse_args()
    app = importlib.import_module(f"{chosen.service}.main").create_app()
    gc.freeze()  # what was imported stays: the collector needn't look at it again
    # Records that wait to be settled are no reason to look for rings.
    gc.set_threshold(max(20_000, app.state.hears.objects), 20, 20)
    # No log settings of its own: its lines go through our sieve.
    uvicorn.run(
        app,
        host=chosen.host,
        port=chosen.port,
        log_config=None,
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


main()
