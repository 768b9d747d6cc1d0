"""An item of fifty fields of mixed types: its first load, edits of many fields at once, and an Account that is renamed."""

from pathlib import Path

import load
import stage
from server import serve
from vendor import People

EDITS = 1_000
CASES_OF_ACCOUNT = 1_000
NEW_NAME = "Renamed Industries"
OF_EACH_KIND = 8  # of six kinds; with Subject and Customer fifty in all
COLOURS = ["Red", "Green", "Blue"]

# The type in Salesforce, the type in Jira, and the value of the n-th record after so many edits.
KINDS = {
    "Line": ({"type": "Text"}, {"type": "textfield"}, lambda n, edits: f"Line {n} after {edits} edits"),
    "Story": ({"type": "LongTextArea"}, {"type": "textarea"}, lambda n, edits: f"Story {n}.\n\nAfter {edits} edits."),
    "Amount": ({"type": "Number"}, {"type": "float"}, lambda n, edits: n / 4 + edits),
    "Day": ({"type": "Date"}, {"type": "datepicker"}, lambda n, edits: f"{2026 + edits}-{n % 12 + 1:02}-{n % 28 + 1:02}"),
    "Colour": (
        {"type": "Picklist", "picklistValues": COLOURS},
        {"type": "select", "options": COLOURS},
        lambda n, edits: COLOURS[(n + edits) % 3],
    ),
    "Paints": (
        {"type": "MultiselectPicklist", "picklistValues": COLOURS},
        {"type": "multiselect", "options": COLOURS},
        lambda n, edits: ";".join(sorted({COLOURS[n % 3], COLOURS[(n + edits) % 3]})),
    ),
}
NAMES = [f"{kind}{n}" for kind in KINDS for n in range(OF_EACH_KIND)]
LINES = [
    "{ salesforce: Subject, jira: summary, to_jira: [{ first_characters: 255 }] }",
    "{ salesforce: account.Name, jira: Customer, direction: to-jira }",
    *(f"{{ salesforce: {name}__c, jira: {name} }}" for name in NAMES),
]


def measure(place: Path, records: int) -> dict:
    with stage.world(place, records) as addresses:
        people = People(addresses)
        add_fields(addresses)
        cases = [row["Id"] for row in people.query(f"SELECT Id FROM Case ORDER BY Id LIMIT {records}")]
        account = people.query("SELECT Id FROM Account LIMIT 1")[0]["Id"]
        people.update("Case", [{"id": case, **values(n, 0)} for n, case in enumerate(cases)])
        people.update("Case", [{"id": case, "AccountId": account} for case in cases[:CASES_OF_ACCOUNT]])
        first = load.first_sync(place, addresses, records, LINES)
        with serve(place, addresses, LINES) as server:
            edited = [{"id": case, **values(n, 1)} for n, case in enumerate(cases) if n >= records - EDITS]
            edits = server.after(people, lambda: people.update("Case", edited))
            fan_out = server.after(people, lambda: people.update("Account", [{"id": account, "Name": NEW_NAME}]))
            shown = people.count(f'project = OPS AND Customer ~ "{NEW_NAME}"')
    if shown < CASES_OF_ACCOUNT:
        raise SystemExit(f"{shown} of {CASES_OF_ACCOUNT} issues show the new name")
    return {"fields": len(LINES), "load": first, "changes": EDITS, "edits": edits, "issues": shown, "fan_out": fan_out}


def add_fields(addresses: dict):
    definitions = [{"name": f"{name}__c", **KINDS[name[:-1]][0]} for name in NAMES]
    stage.control(addresses["salesforce"]["url"], "objects", {"object": "Case", "fields": definitions})
    for name in NAMES:
        stage.control(addresses["jira"]["url"], "fields", {"project": "OPS", "name": name, **KINDS[name[:-1]][1]})


def values(n: int, edits: int) -> dict:
    return {f"{name}__c": KINDS[name[:-1]][2](n, edits) for name in NAMES}
