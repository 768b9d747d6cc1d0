"""The server at work on linked records: starting, resting, a trickle of edits, a storm of them."""

import json
import signal
import socket
import statistics
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import load
import stage
from vendor import OTHER, Pair, People

POLL_SECONDS = 5
IDLE_POLLS = 12
TRICKLE_PER_SECOND = 5
TRICKLE_SECONDS = 60
STORM_EDITS = 1_000  # on each side
WATCH_SECONDS = 0.01
PATIENCE_SECONDS = 300


def measure(place: Path, records: int) -> dict:
    """Everything that needs a running server, on one world whose records were linked by `entente sync`."""
    edits = 2 * STORM_EDITS + TRICKLE_PER_SECOND * TRICKLE_SECONDS
    if records < edits:
        raise SystemExit(f"these figures need at least {edits} records")
    with stage.world(place, records) as addresses:
        load.first_sync(place, addresses, records)
        # What was just loaded lies within the polls' overlap; at rest it lies an hour back.
        for side in ("salesforce", "jira"):
            stage.control(addresses[side]["url"], "clock", {"advance_seconds": 3_600})
        address = free_address()
        config = stage.configure(place, addresses, push=True, poll_seconds=POLL_SECONDS, public_url=f"http://{address}")
        stage.control(addresses["salesforce"]["url"], "push", {"object": "Case", "url": f"http://{address}/hooks/salesforce/org"})
        command = [stage.ENTENTE, "serve", "--config", config, "--listen", address, "--data-dir", place / "data"]
        begun = time.monotonic()
        with stage.program(command, place / "serve.json") as (process, _):
            started_ms = (time.monotonic() - begun) * 1_000
            wait_until_idle(address)
            people = People(addresses)
            pairs = people.pairs(edits)
            return {
                "start_up_ms": started_ms,
                "idle": idle(addresses, process.pid),
                "trickle": trickle(addresses, people, pairs[2 * STORM_EDITS :]),
                "storm": storm(addresses, people, pairs[: 2 * STORM_EDITS], process, address),
            }


def idle(addresses: dict, pid: int) -> dict:
    before = stage.calls(addresses)
    time.sleep(IDLE_POLLS * POLL_SECONDS)
    after = stage.calls(addresses)
    status = Path(f"/proc/{pid}/status").read_text()
    rss_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    per_poll = {side: (after[side] - before[side]) / IDLE_POLLS for side in after}
    return {"calls_per_poll": per_poll, "rss_mb": rss_kb / 1_024}


def trickle(addresses: dict, people: People, pairs: list[Pair]) -> dict:
    """An open loop: the next edit comes when it is due, however long the one before takes."""
    before = engine_calls(addresses, people)
    latencies: dict[str, list[float]] = {"salesforce": [], "jira": []}
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=64) as pool:
        tasks = []
        for n, pair in enumerate(pairs):
            time.sleep(max(0.0, begun + n / TRICKLE_PER_SECOND - time.monotonic()))
            side = "salesforce" if n % 2 == 0 else "jira"
            tasks.append((side, pool.submit(edit_and_watch, people, side, pair, f"Trickle {n}")))
        for side, task in tasks:
            latencies[side].append(task.result() * 1_000)
    after = engine_calls(addresses, people)
    return {
        "edits": len(pairs),
        "latency_ms": {f"from {side}": percentiles(values) for side, values in latencies.items()},
        "calls_per_edit": {side: (after[side] - before[side]) / len(pairs) for side in after},
    }


def edit_and_watch(people: People, side: str, pair: Pair, text: str) -> float:
    """Seconds from the answer to the edit until the other side shows it."""
    people.edit(side, pair, text)
    edited = time.monotonic()
    while people.read(OTHER[side], pair) != text:
        if time.monotonic() - edited > PATIENCE_SECONDS:
            raise SystemExit(f"the edit of {pair} in {side} never arrived")
        time.sleep(WATCH_SECONDS)
    return time.monotonic() - edited


def storm(addresses: dict, people: People, pairs: list[Pair], process, address: str) -> dict:
    """A thousand edits on each side while the server is held, and no push to tell of them; then it goes on."""
    for side in ("salesforce", "jira"):
        stage.control(addresses[side]["url"], "webhooks", {"drop": 1.0})
    wait_until_idle(address)
    process.send_signal(signal.SIGSTOP)
    cases, issues = pairs[:STORM_EDITS], pairs[STORM_EDITS:]
    for start in range(0, STORM_EDITS, 200):
        people.edit_cases(cases[start : start + 200], "Storm")
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(lambda pair: people.edit("jira", pair, f"Storm {pair.issue}"), issues))
    before = engine_calls(addresses, people)
    begun = time.monotonic()
    process.send_signal(signal.SIGCONT)
    seconds = last_call(addresses, address) - begun
    after = engine_calls(addresses, people)
    wrong = [pair for pair in cases if people.read("jira", pair) != f"Storm {pair.case}"]
    wrong += [pair for pair in issues if people.read("salesforce", pair) != f"Storm {pair.issue}"]
    if wrong:
        raise SystemExit(f"{len(wrong)} edits of the storm did not arrive, for one {wrong[0]}")
    return {
        "changes": 2 * STORM_EDITS,
        "changes_per_second": 2 * STORM_EDITS / seconds,
        "calls_per_change": {side: (after[side] - before[side]) / STORM_EDITS for side in after},
    }


def last_call(addresses: dict, address: str) -> float:
    """When the last call was seen before the server said that it has nothing left to do; a poll has to come first."""
    first = seen = sum(stage.calls(addresses).values())
    at = time.monotonic()
    deadline = at + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        now = sum(stage.calls(addresses).values())
        if now > seen:
            seen, at = now, time.monotonic()
        elif seen > first and time.monotonic() - at > POLL_SECONDS / 2 and is_idle(address):
            return at
        time.sleep(WATCH_SECONDS)
    raise SystemExit("the storm did not end")


def engine_calls(addresses: dict, people: People) -> dict[str, int]:
    counted = stage.calls(addresses)
    return {side: counted[side] - people.calls[side] for side in counted}


def percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {"p50": statistics.median(values), "p99": cuts[98]}


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def is_idle(address: str) -> bool:
    request = urllib.request.Request(f"http://{address}/api/v1/status", headers={"Authorization": f"Bearer {stage.API_TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["idle"]


def wait_until_idle(address: str):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_idle(address):
        if time.monotonic() > deadline:
            raise SystemExit("the server does not come to rest")
        time.sleep(0.1)
