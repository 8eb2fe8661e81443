"""Our services as processes of their own, as operations run them: started, killed, asked."""

import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx
import psutil
from joserfc.jwk import OctKey, OKPKey

from jobbpakten.parts.kafka import free_ports
from jobbpakten.parts.processes import Processes, end, until_ready

START_S = 60
SECRET_BITS = 256
SECRETS = (
    "MEMBERSHIP_CONTACT_KEY",
    "MATCHING_IDENTITY_KEY",
    "MATCHING_SENSITIVE_KEY",
    "NOTIFICATIONS_ADDRESS_KEY",
    "NOTIFICATIONS_LINK_KEY",
)
SEALERS = ("MEMBERSHIP_NOTIFICATIONS_PUBLIC_KEY", "MATCHING_NOTIFICATIONS_PUBLIC_KEY")


@dataclass
class Service:
    """One replica of a service, always on the same port and with the same settings."""

    name: str
    processes: Processes
    settings: Mapping[str, str]
    replica: int = 1
    port: int = field(default_factory=lambda: free_ports()[0])
    process: psutil.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.processes.folder / f"{self.name}-{self.replica}.log"

    def start(self) -> None:
        """Start the process; it waits by itself for what is away."""
        words = (sys.executable, "-m", "shared", self.name, "--port", str(self.port))
        self.process = self.processes.start(*words, log=self.log, env=dict(self.settings))

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process:
            end(self.process, how)

    def until_ready(self, limit_s: float = START_S) -> None:
        """Wait until it answers and has joined its group; Unavailable with its last words."""
        if self.process:
            until_ready(self.process, self.is_ready, self.log, limit_s)

    def is_ready(self) -> bool:
        try:
            with httpx.Client(base_url=self.url, timeout=2) as http:
                started = http.get("/health/startup").status_code == httpx.codes.OK
                return started and self.figure(http, "kafka_connected") == 1
        except httpx.HTTPError:
            return False

    def figure(self, http: httpx.Client, name: str) -> float | None:
        """Read one of the process's metrics; None while it isn't there."""
        lines = http.get("/metrics").text.splitlines()
        found = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{name}{{")]
        return float(found[0]) if found else None


class Keys:
    """All keys of one stage: new with it, gone with it."""

    def __init__(self) -> None:
        self.secrets: dict[str, OctKey] = {}

    @cached_property
    def pair(self) -> OKPKey:
        return OKPKey.generate_key("Ed25519")

    @cached_property
    def sealing(self) -> OKPKey:
        return OKPKey.generate_key("X25519")

    @property
    def public(self) -> str:
        """Give the key that services read tokens with."""
        return json.dumps(self.pair.as_dict(private=False))

    @property
    def private(self) -> str:
        """Give the key that tokens are made with."""
        return json.dumps(self.pair.as_dict(private=True))

    @property
    def sealing_public(self) -> str:
        """Give the key that addresses are sealed with, for notifications."""
        return json.dumps(self.sealing.as_dict(private=False))

    @property
    def sealing_private(self) -> str:
        """Give the key that notifications opens them with."""
        return json.dumps(self.sealing.as_dict(private=True))

    def secret(self, name: str) -> str:
        """Give a key of 256 bits as an octet JWK: the same for the same name."""
        if name not in self.secrets:
            self.secrets[name] = OctKey.generate_key(SECRET_BITS)
        return json.dumps(self.secrets[name].as_dict(private=True))

    @property
    def settings(self) -> dict[str, str]:
        """Give what the services' environment says of keys, but for those of tokens."""
        for_one = {name: self.secret(name) for name in SECRETS}
        for_all = dict.fromkeys(SEALERS, self.sealing_public)
        return for_one | for_all | {"NOTIFICATIONS_PRIVATE_KEY": self.sealing_private}
