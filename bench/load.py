"""The initial load: every Case becomes a Bug and learns its key. Entente, then the script of a skilled user."""

import json
import subprocess
from pathlib import Path

import stage

DELAYS_MS = (0, 20)


def measure(place: Path, records: int) -> dict:
    return {f"{delay_ms} ms": entente(place / f"entente-{delay_ms}", records, delay_ms) for delay_ms in DELAYS_MS}


def measure_peer(place: Path, records: int) -> dict:
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=stage.ROOT / "bench" / "peers", check=True)
    return {f"{delay_ms} ms": peer(place / f"peer-{delay_ms}", records, delay_ms) for delay_ms in DELAYS_MS}


def entente(place: Path, records: int, delay_ms: int) -> dict:
    with stage.world(place, records) as addresses:
        stage.delay(addresses, delay_ms)
        return first_sync(place, addresses, records)


def first_sync(place: Path, addresses: dict, records: int, lines: list[str] = stage.LINES) -> dict:
    config = stage.configure(place, addresses, lines)
    before = stage.calls(addresses)
    cost = stage.run([stage.ENTENTE, "sync", "--config", config, "--data-dir", place / "data", "--json"])
    report = json.loads(cost.output)
    if cost.code != 0 or report["links"] != records:
        raise SystemExit(f"the first load went wrong (exit code {cost.code}): {cost.output}")
    calls = {side: count - before[side] for side, count in stage.calls(addresses).items()}
    return figures(records, cost.seconds, cost.cpu_ms, cost.peak_rss_bytes, calls)


def peer(place: Path, records: int, delay_ms: int) -> dict:
    with stage.world(place, records) as addresses:
        stage.delay(addresses, delay_ms)
        script = stage.ROOT / "bench" / "peers" / "load.js"
        cost = stage.run(["node", script], READY=str(place / "ready.json"))
        report = json.loads(cost.output)
        if cost.code != 0 or report["pairs"] != records:
            raise SystemExit(f"the peer's load went wrong (exit code {cost.code}): {cost.output}")
        return figures(records, cost.seconds, cost.cpu_ms, cost.peak_rss_bytes, stage.calls(addresses))


def figures(pairs: int, seconds: float, cpu_ms: float, peak_rss_bytes: int, calls: dict) -> dict:
    """Everything counts: starting, signing in, reading, writing."""
    return {
        "pairs": pairs,
        "seconds": seconds,
        "pairs_per_second": pairs / seconds,
        "calls": calls,
        "calls_per_pair": sum(calls.values()) / pairs,
        "cpu_ms_per_pair": cpu_ms / pairs,
        "peak_rss_mb": peak_rss_bytes / 1_048_576,
    }
