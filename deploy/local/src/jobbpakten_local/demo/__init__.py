"""A year of the network on real parts: `python -m jobbpakten_local.demo`."""
