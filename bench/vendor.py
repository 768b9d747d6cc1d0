"""The two stand-ins as a person's scripts would call them: sign in, list pairs, edit a record, read a field."""

import base64
import http.client
import json
import threading
import urllib.parse
from dataclasses import dataclass

DATA = "/services/data/v64.0"
BATCH = 200
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Pair:
    case: str
    issue: str


class People:
    """People with admin rights on both sides. Keeps a connection per thread; counts its calls."""

    def __init__(self, addresses: dict):
        self.addresses = addresses
        self.connections = threading.local()
        self.lock = threading.Lock()
        self.calls = {"salesforce": 0, "jira": 0}
        account = addresses["jira"]["email"] + ":" + addresses["jira"]["api_token"]
        self.headers = {"jira": {**JSON, "Authorization": "Basic " + base64.b64encode(account.encode()).decode()}}
        self.headers["salesforce"] = {**JSON, "Authorization": "Bearer " + self.token()}

    def token(self) -> str:
        org = self.addresses["salesforce"]
        form = {"grant_type": "client_credentials", "client_id": org["client_id"], "client_secret": org["client_secret"]}
        self.headers["salesforce"] = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.call("salesforce", "POST", "/services/oauth2/token", urllib.parse.urlencode(form))["access_token"]

    def call(self, side: str, method: str, path: str, body=None):
        connection = getattr(self.connections, side, None)
        if connection is None:
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.addresses[side]["url"]).netloc, timeout=60)
            setattr(self.connections, side, connection)
        with self.lock:
            self.calls[side] += 1
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        connection.request(method, path, text, self.headers[side])
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content) if content else None

    def query(self, soql: str) -> list[dict]:
        page = self.call("salesforce", "GET", f"{DATA}/query?" + urllib.parse.urlencode({"q": soql}))
        rows = page["records"]
        while not page["done"]:
            page = self.call("salesforce", "GET", page["nextRecordsUrl"])
            rows += page["records"]
        return rows

    def pairs(self, count: int) -> list[Pair]:
        rows = self.query(f"SELECT Id, Jira_Reference__c FROM Case WHERE Jira_Reference__c != null ORDER BY Id LIMIT {count}")
        return [Pair(row["Id"], row["Jira_Reference__c"]) for row in rows]

    def edit(self, side: str, pair: Pair, text: str):
        if side == "salesforce":
            self.call(side, "PATCH", f"{DATA}/sobjects/Case/{pair.case}", {"Subject": text})
        else:
            self.call(side, "PUT", f"/rest/api/3/issue/{pair.issue}", {"fields": {"summary": text}})

    def update(self, sobject: str, records: list[dict]):
        """Each record with its `id`; 200 of them in one call."""
        for start in range(0, len(records), BATCH):
            rows = [{"attributes": {"type": sobject}, **record} for record in records[start : start + BATCH]]
            results = self.call("salesforce", "PATCH", f"{DATA}/composite/sobjects", {"allOrNone": True, "records": rows})
            if not all(result["success"] for result in results):
                raise RuntimeError(f"an edit was refused: {results[:3]}")

    def count(self, jql: str) -> int:
        return self.call("jira", "POST", "/rest/api/3/search/approximate-count", {"jql": jql})["count"]

    def read(self, side: str, pair: Pair) -> str:
        if side == "salesforce":
            return self.call(side, "GET", f"{DATA}/sobjects/Case/{pair.case}?fields=Subject")["Subject"]
        return self.call(side, "GET", f"/rest/api/3/issue/{pair.issue}?fields=summary")["fields"]["summary"]


OTHER = {"salesforce": "jira", "jira": "salesforce"}
