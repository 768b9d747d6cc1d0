"""The figures as people read them: a table with goals, and the machine they belong to."""

import os
import platform
import subprocess
from datetime import date


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory_kb = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    version = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    return (
        f"{date.today()}, commit {commit}: {model}, {os.cpu_count()} cores, {memory_kb / 1_048_576:.0f} GiB, "
        f"{platform.system()} {platform.release()}, {version}. Server, stand-ins and scripts share the machine."
    )


def rows(figures: dict):
    """What was measured, the goal, and the peer's figure beside it."""
    for delay, ours in figures.get("load", {}).items():
        peer = figures.get("peer", {}).get(delay, {})
        label = f"initial load of {ours['pairs']:,} pairs at {delay}"
        yield f"{label}: pairs per second", f"{ours['pairs_per_second']:,.0f}", "2,000", of(peer, "pairs_per_second", ",.0f")
        yield f"{label}: calls per pair", f"{ours['calls_per_pair']:.3f}", "0.05", of(peer, "calls_per_pair", ".2f")
        yield f"{label}: CPU ms per pair", f"{ours['cpu_ms_per_pair']:.2f}", "0.3", of(peer, "cpu_ms_per_pair", ".2f")
        yield f"{label}: peak RSS, MB", f"{ours['peak_rss_mb']:.0f}", "64", of(peer, "peak_rss_mb", ".0f")
    if wide := figures.get("wide"):
        yield from wide_rows(wide)
    if live := figures.get("live"):
        yield from live_rows(live)
    if plan := figures.get("plan"):
        yield f"plan(), quiet links of {plan['fields']} fields per second and core", f"{plan['quiet_links_per_second']:,.0f}", "300,000", ""
        yield "plan(), changed links per second and core", f"{plan['changed_links_per_second']:,.0f}", "", ""
        many = f"plan(), {{}} links of {plan['many_fields']} fields per second and core"
        yield many.format("quiet"), f"{plan['many_quiet_links_per_second']:,.0f}", "", ""
        yield many.format("changed"), f"{plan['many_changed_links_per_second']:,.0f}", "", ""
    if size := figures.get("binary_mb"):
        yield "binary, MB", f"{size:.1f}", "", ""


def wide_rows(wide: dict):
    first, edits, fan_out = wide["load"], wide["edits"], wide["fan_out"]
    label = f"{wide['fields']} fields, initial load of {first['pairs']:,} pairs"
    yield f"{label}: pairs per second", f"{first['pairs_per_second']:,.0f}", "", ""
    yield f"{label}: calls per pair", f"{first['calls_per_pair']:.3f}", "", ""
    yield f"{label}: CPU ms per pair", f"{first['cpu_ms_per_pair']:.2f}", "", ""
    yield f"{wide['fields']} fields, {wide['changes']:,} Cases edited in nearly all: Cases per second", f"{wide['changes'] / edits['seconds']:,.0f}", "", ""
    for side, calls in edits["calls"].items():
        yield f"{wide['fields']} fields: calls to {side.capitalize()} per edited Case", f"{calls / wide['changes']:.2f}", "", ""
    yield f"an Account renamed, found by a poll: seconds until {wide['issues']:,} issues show it", f"{fan_out['seconds']:.1f}", "", ""
    for side, calls in fan_out["calls"].items():
        yield f"an Account renamed: calls to {side.capitalize()}", f"{calls:,}", "", ""


def live_rows(live: dict):
    storm, trickle, idle = live["storm"], live["trickle"], live["idle"]
    yield f"storm of {storm['changes']:,} edits: changes per second", f"{storm['changes_per_second']:,.0f}", "1,000", ""
    yield "storm: calls to Salesforce per change there", f"{storm['calls_per_change']['salesforce']:.2f}", "0.06 (composites of 25)", ""
    yield "storm: calls to Jira per change there", f"{storm['calls_per_change']['jira']:.2f}", "1.1", ""
    for way, latency in trickle["latency_ms"].items():
        yield f"trickle {way}, ms from edit to write: p50", f"{latency['p50']:.0f}", "150", ""
        yield f"trickle {way}, ms from edit to write: p99", f"{latency['p99']:.0f}", "", ""
    for side, calls in trickle["calls_per_edit"].items():
        yield f"trickle: calls to {side.capitalize()} per edit", f"{calls:.2f}", "", ""
    yield "idle: calls to Salesforce per poll", f"{idle['calls_per_poll']['salesforce']:.2f}", "1", ""
    yield "idle: calls to Jira per poll", f"{idle['calls_per_poll']['jira']:.2f}", "1", ""
    yield "idle RSS, MB", f"{idle['rss_mb']:.0f}", "50", ""
    yield "start-up until everything answers, ms", f"{live['start_up_ms']:.0f}", "", ""


def of(peer: dict, name: str, form: str) -> str:
    return format(peer[name], form) if peer else ""


def markdown(figures: dict) -> str:
    lines = [("figure", "Entente", "goal", "plain script"), ("---", "--:", "--:", "--:"), *rows(figures)]
    return "\n".join([figures["machine"], "", *("| " + " | ".join(line) + " |" for line in lines)])
