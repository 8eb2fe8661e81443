"""Our services as processes of their own, as operations run them: started, killed, asked."""

import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from jobbpakten_local.parts.kafka import free_ports
from jobbpakten_local.parts.processes import Processes, end, until_ready

START_S = 300


@dataclass
class Service:
    """One replica of a service, always on the same ports and with the same settings."""

    name: str
    processes: Processes
    settings: Mapping[str, str]
    replica: int = 1
    port: int = field(default_factory=lambda: free_ports(1)[0])
    probes_port: int = field(default_factory=lambda: free_ports(1)[0])
    process: psutil.Popen | None = None

    @property
    def url(self) -> str:
        """Give where its calls are, by itself and with no proxy between."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    @property
    def prefix(self) -> str:
        return self.settings.get(f"{self.name.upper()}_PATH_PREFIX", "")

    @property
    def probes(self) -> str:
        """Give where its probes, its figures and its clock are."""
        return f"http://127.0.0.1:{self.probes_port}"

    @property
    def log(self) -> Path:
        return self.processes.folder / f"{self.name}-{self.replica}.log"

    def start(self) -> None:
        """Start the process; it waits by itself for what is away."""
        ports = ("--port", str(self.port), "--probes-port", str(self.probes_port))
        words = (sys.executable, "-m", "shared", self.name, *ports)
        self.process = self.processes.start(*words, log=self.log, env=dict(self.settings))

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process:
            end(self.process, how)

    def ask_to_stop(self) -> None:
        """Ask it, and don't wait: whoever owns the folder does."""
        if self.process and self.process.is_running():
            with suppress(psutil.NoSuchProcess):
                self.process.terminate()

    def until_ready(self, limit_s: float = START_S) -> None:
        """Wait until it answers and has joined its group; Unavailable with its last words."""
        if self.process:
            until_ready(self.process, self.is_ready, self.log, limit_s)

    def is_ready(self) -> bool:
        try:
            with httpx.Client(base_url=self.probes, timeout=2) as http:
                started = http.get("/health/startup").status_code == httpx.codes.OK
                return started and self.figure(http, "kafka_connected") == 1
        except httpx.HTTPError:
            return False

    def figure(self, http: httpx.Client, name: str) -> float | None:
        """Read one of the process's metrics; None while it isn't there."""
        lines = http.get("/metrics").text.splitlines()
        found = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{name}{{")]
        return float(found[0]) if found else None
