"""Processes and places: the binary under test, the stand-ins it talks to, and what each costs."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ENTENTE = TARGET / "release" / "entente"
START_SECONDS_MAX = 120
RUN_SECONDS_MAX = 1_800
API_TOKEN = "bench-token"
CONFIG_NAME = "bench.yaml"

CONFIG = """\
version: 1
connections:
  org:
    salesforce: {{ login_url: {salesforce[url]}, client_id: {salesforce[client_id]}, client_secret: {salesforce[client_secret]} }}
    sandbox: true
    pace: unlimited
    settle_seconds: 2
  site:
    jira: {{ site_url: {jira[url]}, email: {jira[email]}, api_token: {jira[api_token]}, webhook_secret: bench-secret }}
    sandbox: true
    pace: unlimited
    settle_seconds: 2
items:
  bench:
    owner: bench@acme.example
    state: active
    mode: two-way
    start: everything
    salesforce: {{ connection: org, object: Case }}
    jira: {{ connection: site, project: OPS, issue_type: Bug }}
    match: [correlation]
    auto_create: jira
    correlation: {{ jira: Salesforce Case ID, salesforce: Jira_Reference__c }}
    related: {{ account: AccountId }}
    fields: [{lines}]
    conflicts: latest-wins
triggers: {{ poll_seconds: {poll_seconds}, push: {push}, reconcile: never }}
server: {{ public_url: {public_url}, api_tokens: [{api_token}] }}
"""
LINES = [
    "{ salesforce: Subject, jira: summary, to_jira: [{ first_characters: 255 }] }",
    "{ salesforce: Description, jira: description }",
    "{ salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }",
]


@dataclass
class Cost:
    """What one process used from its beginning to its end."""

    output: str
    code: int
    seconds: float
    cpu_ms: float
    peak_rss_bytes: int


def run(arguments: list, **environment) -> Cost:
    """Runs a program to its end, and says what it used."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(arguments, stdout=output, env={**os.environ, **environment})
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begun
        output.seek(0)
        text = output.read().decode()
    cpu_ms = (used.ru_utime + used.ru_stime) * 1_000
    return Cost(text, child.returncode, seconds, cpu_ms, used.ru_maxrss * 1_024)


@contextmanager
def program(arguments: list, ready: Path):
    """A server in the background: yields the process and what its ready file says, ends it at the end."""
    ready.unlink(missing_ok=True)
    process = subprocess.Popen([*arguments, "--ready-file", ready], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{' '.join(map(str, arguments))} did not become ready")
            time.sleep(0.002)
        yield process, json.loads(ready.read_text())
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(timeout=START_SECONDS_MAX)


@contextmanager
def world(place: Path, records: int):
    """A fresh org and a fresh site with so many Cases; yields their addresses and credentials."""
    place.mkdir(parents=True, exist_ok=True)
    command = [ENTENTE, "sandbox", "--seed", "demo", "--records", str(records)]
    command += ["--salesforce-listen", "127.0.0.1:0", "--jira-listen", "127.0.0.1:0"]
    with program(command, place / "ready.json") as (_, addresses):
        yield addresses


def configure(
    place: Path,
    addresses: dict,
    lines: list[str] = LINES,
    push: bool = False,
    poll_seconds: int = 5,
    public_url: str = "http://127.0.0.1:7400",
) -> Path:
    path = place / CONFIG_NAME
    settings = {"push": str(push).lower(), "poll_seconds": poll_seconds, "public_url": public_url, "api_token": API_TOKEN}
    path.write_text(CONFIG.format(**addresses, **settings, lines=", ".join(lines)))
    return path


def control(url: str, path: str, body=None, method: str | None = None):
    """One call of a stand-in's control door."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/__sandbox/{path}", data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def calls(addresses: dict) -> dict[str, int]:
    return {side: control(addresses[side]["url"], "calls?log=0")["total"] for side in ("salesforce", "jira")}


def delay(addresses: dict, delay_ms: int):
    """From now on each call is answered so much later."""
    for side in ("salesforce", "jira"):
        if delay_ms:
            control(addresses[side]["url"], "faults", {"route": "*", "answer": "slow", "delay_ms": delay_ms})
        else:
            control(addresses[side]["url"], "faults", method="DELETE")
