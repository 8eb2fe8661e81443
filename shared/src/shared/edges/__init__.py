"""How a service gets to what lies outside it, and who may get to the service."""
