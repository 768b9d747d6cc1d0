"""A server at work in the background: when it has nothing left to do, and what it did after it was held for a while."""

import json
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import stage
from vendor import People

POLL_SECONDS = 5
WATCH_SECONDS = 0.01
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Server:
    pid: int
    address: str
    addresses: dict

    def is_idle(self) -> bool:
        headers = {"Authorization": f"Bearer {stage.API_TOKEN}"}
        request = urllib.request.Request(f"http://{self.address}/api/v1/status", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["idle"]

    def wait_until_idle(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.is_idle():
            if time.monotonic() > deadline:
                raise SystemExit("the server does not come to rest")
            time.sleep(0.1)

    def rss_kb(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def calls(self, people: People) -> dict[str, int]:
        """What it asked both sides so far."""
        counted = stage.calls(self.addresses)
        return {side: counted[side] - people.calls[side] for side in counted}

    def after(self, people: People, edit: Callable[[], None]) -> dict:
        """Seconds and calls from the moment at which it finds, by its polls alone, what people edited while it was held."""
        for side in ("salesforce", "jira"):
            stage.control(self.addresses[side]["url"], "webhooks", {"drop": 1.0})
        self.wait_until_idle()
        os.kill(self.pid, signal.SIGSTOP)
        edit()
        before = self.calls(people)
        begun = time.monotonic()
        os.kill(self.pid, signal.SIGCONT)
        seconds = self.last_call() - begun
        after = self.calls(people)
        return {"seconds": seconds, "calls": {side: after[side] - before[side] for side in after}}

    def last_call(self) -> float:
        """When the last call was seen before it said that it has nothing left to do; a poll has to come first."""
        first = seen = sum(stage.calls(self.addresses).values())
        at = time.monotonic()
        deadline = at + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            now = sum(stage.calls(self.addresses).values())
            if now > seen:
                seen, at = now, time.monotonic()
            elif seen > first and time.monotonic() - at > POLL_SECONDS / 2 and self.is_idle():
                return at
            time.sleep(WATCH_SECONDS)
        raise SystemExit("the server does not come to rest")


@contextmanager
def serve(place: Path, addresses: dict, lines: list[str] = stage.LINES) -> Iterator[Server]:
    """On the records that were linked in this place; both sides tell it of edits of Cases and issues."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    config = stage.configure(place, addresses, lines, push=True, poll_seconds=POLL_SECONDS, public_url=f"http://{address}")
    push = {"object": "Case", "url": f"http://{address}/hooks/salesforce/org"}
    stage.control(addresses["salesforce"]["url"], "push", push)
    command = [stage.ENTENTE, "serve", "--config", config, "--listen", address, "--data-dir", place / "data"]
    with stage.program(command, place / "serve.json") as (process, _):
        yield Server(process.pid, address, addresses)
