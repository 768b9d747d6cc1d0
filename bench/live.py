"""The server at work on linked records: starting, resting, a trickle of edits, a storm of them."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import load
import stage
from server import PATIENCE_SECONDS, POLL_SECONDS, WATCH_SECONDS, Server, serve
from vendor import OTHER, Pair, People

IDLE_POLLS = 12
TRICKLE_PER_SECOND = 5
TRICKLE_SECONDS = 60
STORM_EDITS = 1_000  # on each side


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
        begun = time.monotonic()
        with serve(place, addresses) as server:
            started_ms = (time.monotonic() - begun) * 1_000
            server.wait_until_idle()
            people = People(addresses)
            pairs = people.pairs(edits)
            return {
                "start_up_ms": started_ms,
                "idle": idle(server),
                "trickle": trickle(server, people, pairs[2 * STORM_EDITS :]),
                "storm": storm(server, people, pairs[: 2 * STORM_EDITS]),
            }


def idle(server: Server) -> dict:
    before = stage.calls(server.addresses)
    time.sleep(IDLE_POLLS * POLL_SECONDS)
    after = stage.calls(server.addresses)
    per_poll = {side: (after[side] - before[side]) / IDLE_POLLS for side in after}
    return {"calls_per_poll": per_poll, "rss_mb": server.rss_kb() / 1_024}


def trickle(server: Server, people: People, pairs: list[Pair]) -> dict:
    """An open loop: the next edit comes when it is due, however long the one before takes."""
    before = server.calls(people)
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
    after = server.calls(people)
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


def storm(server: Server, people: People, pairs: list[Pair]) -> dict:
    """A thousand edits on each side while the server is held, and no push to tell of them; then it goes on."""
    cases, issues = pairs[:STORM_EDITS], pairs[STORM_EDITS:]

    def edit():
        people.update("Case", [{"id": pair.case, "Subject": f"Storm {pair.case}"} for pair in cases])
        with ThreadPoolExecutor(max_workers=16) as pool:
            list(pool.map(lambda pair: people.edit("jira", pair, f"Storm {pair.issue}"), issues))

    cost = server.after(people, edit)
    wrong = [pair for pair in cases if people.read("jira", pair) != f"Storm {pair.case}"]
    wrong += [pair for pair in issues if people.read("salesforce", pair) != f"Storm {pair.issue}"]
    if wrong:
        raise SystemExit(f"{len(wrong)} edits of the storm did not arrive, for one {wrong[0]}")
    return {
        "changes": 2 * STORM_EDITS,
        "changes_per_second": 2 * STORM_EDITS / cost["seconds"],
        "calls_per_change": {side: calls / STORM_EDITS for side, calls in cost["calls"].items()},
    }


def percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {"p50": statistics.median(values), "p99": cuts[98]}
