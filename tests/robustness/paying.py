"""A stranger who pays: everything through the edge, as a program does that asks again where it gets no answer. As a program of its own
(`paying.py JSON`) it pays one quote, waits for all that follows from it by itself, and prints how the migration ended."""
import json
import pathlib
import ssl
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from browser import pay_by_card  # noqa: E402
from edge_client import Edge  # noqa: E402
from stack import wait_until  # noqa: E402

PASSWORD = "ledger heron seventeen umbrellas"
ANSWERED_WITHIN = 60  # seconds, for one order and everything that is asked again
MAILS = ("billing.paid", "job.completed")
HOOKS = ("billing.paid", "job.completed", "job.started")
LAST_STATES = ("STATE_COMPLETED", "STATE_FAILED")


class Stranger:
    """Somebody's browser and mailbox. `at`: ports of edge and mailbox, the edge's certificate, the address; `cookies` of who is signed in."""

    def __init__(self, at, cookies=None):
        self.at = at
        self.edge = Edge(at["edge"], at["certificate"])
        self.edge.cookies = cookies or {}

    def ask(self, method, path, body=None, key=None):
        """JSON of the answer. Asked again, with the same key, where a service is just being started anew."""
        refused = [None]

        def answer():
            try:
                got = self.edge.call(method, path, body, headers={"idempotency-key": key} if key else None)
            except (OSError, ssl.SSLError) as problem:
                refused[0] = problem
                return None
            refused[0] = got
            return got if got.status < 500 else None

        try:
            got = wait_until(answer, ANSWERED_WITHIN, path, every=0.1)
        except AssertionError as late:
            raise AssertionError(f"{late}; last: {refused[0]!r}") from None
        if got.status != 200:
            raise AssertionError(f"{method} {path}: {got!r}")
        return got.json()

    def sign_up(self):
        """The tenant's id."""
        email = self.at["email"]
        self.ask("POST", "/api/v1/account/sign-up", {"email": email, "password": PASSWORD, "company_name": "Heron & Co", "name": "Ann"})
        mail = wait_until(self.mails, 60, "the mail that confirms the address")[0]
        link = next(link for link in mail["links"] if "token=" in link)
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
        self.ask("POST", "/api/v1/account/verify-email", {"token": token, "password": PASSWORD})
        return self.ask("POST", "/api/v1/account/sign-in", {"email": email, "password": PASSWORD})["me"]["tenant_id"]

    def mails(self):
        url = f"http://127.0.0.1:{self.at['mail']}/mailbox?to={urllib.parse.quote(self.at['email'])}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())["mails"]

    def hook_calls(self):
        """(webhook-id, event) of every call that the tenant's program got."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.at['mail']}/hooks/{self.at['hook']}", timeout=10) as answer:
            calls = json.loads(answer.read())["calls"]
        return [(one["headers"]["webhook-id"], json.loads(one["body"])["type"]) for one in calls]

    # What a case strikes.

    def pay(self, quote, migration):
        back = self.edge.origin + "/"
        order = {"quote_id": quote, "success_url": back, "cancel_url": back}
        page = self.ask("POST", "/api/billing/checkout", order, key=f"pay-{quote}")["checkout"]
        pay_by_card(page["url"])
        path = f"/api/v1/migrations/{migration}"
        ended = wait_until(lambda: self.ended(path), 200, "the migration starts by itself and ends", every=0.1)
        told = lambda: len(self.mails()) >= self.at["mails_before"] + len(MAILS) and {e for _, e in self.hook_calls()} >= set(HOOKS)  # noqa: E731
        wait_until(told, 60, "mails and webhooks have told of it")
        return {"migration_id": migration, "verdict": ended["verdict"], "state": ended["state"], "session_id": page["session_id"]}

    def ended(self, path):
        migration = self.ask("GET", path)["migration"]
        return migration if migration["state"] in LAST_STATES else None


def main(words):
    order = json.loads(words[0])
    stranger = Stranger(order["at"], order["cookies"])
    try:
        result = stranger.pay(order["quote"], order["migration"])
    except AssertionError as problem:
        print(json.dumps({"error": str(problem)[:2000]}))
        return 1
    print(json.dumps(result))
    return 0 if result["state"] == "STATE_COMPLETED" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
