"""The whole way of a stranger through the edge of a running stack, as a story with its HTTP calls: sign-up to the proof.
ODOO_PASSWORD=… scripts/story.py --odoo-url … --odoo-db … --odoo-user …, with the ports of deploy/local/ports.env in the environment.
What a person does in a browser (reading mail, consenting at QuickBooks, paying) is done here by plain HTTP at the sandbox that plays those sites."""
import argparse
import html.parser
import http.client
import json
import os
import pathlib
import secrets
import sys
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/integration"))
from edge_client import Edge  # noqa: E402

HIDDEN = ("password", "token", "code", "state")


class Unfinished(Exception):
    """What went wrong, for a person."""


def bold(text):
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def shown(value, length=300):
    """A body as it may be printed: without secrets, and not longer than a few lines."""
    if isinstance(value, dict):
        value = {key: "…" if key in HIDDEN and text else text for key, text in value.items()}
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= length else text[:length] + " …"


class Story:
    def __init__(self, arguments):
        self.arguments = arguments
        port = lambda name: int(os.environ[f"Q2O_PORT_{name}"])  # noqa: E731
        self.edge = Edge(port("EDGE"), pathlib.Path(os.environ.get("Q2O_RUN", ROOT / ".run")) / "secrets/edge.crt")
        self.mail = f"http://127.0.0.1:{port('SANDBOX_MAIL')}"
        self.begun = time.monotonic()
        self.email = f"ann.{secrets.token_hex(4)}@example.com"

    def tell(self, text):
        print(f"\n{bold(f'{time.monotonic() - self.begun:5.1f} s  {text}')}", flush=True)

    def call(self, method, path, body=None, quiet=False, wanted=(200,), **more):
        answer = self.edge.call(method, path, body, headers={"idempotency-key": secrets.token_hex(16)} if method == "POST" else None, **more)
        if not quiet or answer.status not in wanted:
            print(f"   {method} {path.split('?')[0]}{' ' + shown(body) if body else ''}\n     → {answer.status} {shown(answer.json()) if answer.body else ''}", flush=True)
        if answer.status not in wanted:
            hint = next((detail.get("metadata", {}).get("hint") for detail in answer.json().get("details", [])), "")
            raise Unfinished(f"{method} {path}: {answer.json().get('message')} {hint or ''}")
        return answer.json() if answer.body else {}

    def until(self, seconds, what, look):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.3)
        raise Unfinished(f"not within {seconds} s: {what}")

    def mails(self, word):
        with urllib.request.urlopen(f"{self.mail}/mailbox?to={urllib.parse.quote(self.email)}", timeout=10) as answer:
            box = json.loads(answer.read())
        return [mail for mail in (box if isinstance(box, list) else box.get("mails", [])) if word in mail["subject"].lower()]

    def wait_for_mail(self, word, seconds=60):
        mail = self.until(seconds, f"a mail about '{word}' to {self.email}", lambda: self.mails(word))[0]
        print(f"   mail: {mail['subject']}", flush=True)
        return mail

    # The chapters.

    def sign_up(self):
        password = secrets.token_urlsafe(18)
        self.tell("A stranger signs up, and proves that the address is theirs")
        self.call("POST", "/api/v1/account/sign-up", {"email": self.email, "password": password, "company_name": "Sandbox Ltd", "name": "Ann"})
        links = [link for mail in [self.wait_for_mail("confirm")] for link in mail["links"] if "token=" in link]
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(links[0]).query)["token"][0]
        self.call("POST", "/api/v1/account/verify-email", {"token": token, "password": password})
        me = self.call("POST", "/api/v1/account/sign-in", {"email": self.email, "password": password})["me"]
        return me["tenant_id"]

    def price(self):
        self.tell("What would five years of QuickBooks cost?")
        answer = self.call("POST", "/api/billing/estimate", {"companies": [{"platform": "quickbooks_online", "years": 5}]}, quiet=True)
        for line in answer["prices"][0]["lines"]:
            print(f"   {line['amount']:>10}  {line['text']}")
        print(f"   {answer['total']:>10}  {answer['currency']}, tier {answer['prices'][0]['tier_name']}")

    def order(self):
        self.tell("A migration is ordered: all of the history, to start by itself once it is paid and both sides are connected")
        body = {"name": "The demo's company", "platform": "quickbooks_online", "automatic_start": True}
        return self.call("POST", "/api/v1/migrations", body)["migration"]["migration_id"]

    def connect_quickbooks(self):
        self.tell("QuickBooks is connected: its own page asks, the person says yes, and comes back with a code")
        url = self.call("POST", "/api/oauth/quickbooks_online/authorize", {})["url"]
        back = consent(url)
        answer = self.call("POST", "/api/oauth/quickbooks_online/callback", {"code": back["code"], "state": back["state"], "realm_id": back["realmId"]})
        return answer["company"]["connection_id"]

    def connect_odoo(self):
        self.tell("Odoo is connected and looked at: address, version, database, rights, modules, readiness")
        target = {"url": self.arguments.odoo_url, "database": self.arguments.odoo_db, "user": self.arguments.odoo_user, "password": os.environ["ODOO_PASSWORD"]}
        return self.call("POST", "/connect/odoo/save", target)["target"]["target_id"]

    def analyse(self, migration):
        self.tell("The real records are counted, and the price follows from them")

        def counted():
            answer = self.call("POST", "/api/billing/analyze-volume", {"migration_id": migration}, quiet=True)
            return answer if answer["done"] else None

        answer = self.until(180, "the records are counted", counted)
        quote = answer["quote"]
        print(f"   {answer['records']} records counted; the quote says {quote['total']} {quote['currency']}")
        return quote["quote_id"]

    def pay(self, quote):
        self.tell("It is paid on Stripe's page; what Stripe then tells the edge, signed, is what counts")
        back = self.edge.origin + "/"
        page = self.call("POST", "/api/billing/checkout", {"quote_id": quote, "success_url": back, "cancel_url": back})["checkout"]["url"]
        request = urllib.request.Request(page, data=b'{"card":"4242424242424242"}', headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            print(f"   paid at {page.split('/pay/')[0]} → {answer.status}")

    def watch(self, migration):
        self.tell("From here on nobody has to do anything: it starts, and its progress is live")
        self.until(90, "it starts by itself", lambda: self.migration(migration)["state"] not in ("STATE_PENDING_PAYMENT", "STATE_PAYMENT_PROCESSING", "STATE_PAID", "STATE_CONNECTING", "STATE_READY"))
        said = None
        token = self.call("POST", "/ops/stream-token", {}, quiet=True)["token"]
        print("   GET /ops/stream?token=…")
        for name, event in self.events(f"/ops/stream?token={urllib.parse.quote(token)}"):
            # Events are protobuf's own JSON: migrationId, not migration_id.
            if name != "progress" or event.get("migrationId") != migration:
                continue
            now = (event["migration"]["state"], event.get("activity"))
            if now != said:
                print(f"     {now[0].removeprefix('STATE_').lower()}: {event.get('activity') or event.get('lastResult') or ''}  ({event.get('created', 0)} records written)", flush=True)
                said = now
            if now[0] in ("STATE_COMPLETED", "STATE_FAILED"):
                return self.migration(migration)
        raise Unfinished("the live stream ended before the migration did")

    def migration(self, migration):
        return self.call("GET", f"/api/v1/migrations/{migration}", quiet=True)["migration"]

    def events(self, path):
        """(event, JSON) of server-sent events, as they come."""
        connection = self.edge.connection(timeout=120)
        connection.request("GET", path, headers={"accept": "text/event-stream"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Unfinished(f"{path.split('?')[0]} answers {answer.status}: {answer.read(300)!r}")
        name, data = "message", []
        try:
            for raw in answer:
                line = raw.decode().rstrip("\n")
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    data.append(line[5:].strip())
                elif not line and data:
                    yield name, json.loads("\n".join(data))
                    name, data = "message", []
        finally:
            connection.close()

    def proof(self, migration):
        self.tell("The mail with the proof has come, and the report is there for those who may see it")
        self.wait_for_mail("match")
        folder = pathlib.Path(os.environ.get("Q2O_RUN", ROOT / ".run")) / "state/reports/story"
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("html", "json", "csv"):
            answer = self.edge.get(f"/api/v1/migrations/{migration}/report/{kind}", timeout=60)
            if answer.status != 200:
                raise Unfinished(f"the report as {kind}: {answer}")
            (folder / f"report.{kind}").write_bytes(answer.body)
            print(f"   GET /api/v1/migrations/{migration}/report/{kind} → {answer.status}, {len(answer.body)} bytes")
        refused = Edge(self.edge.port, pathlib.Path(os.environ.get("Q2O_RUN", ROOT / ".run")) / "secrets/edge.crt").get(f"/api/v1/migrations/{migration}/report/html")
        print(f"   the same without a session → {refused.status}")
        return folder / "report.html"

    def run(self):
        self.sign_up()
        self.price()
        migration = self.order()
        source = self.connect_quickbooks()
        target = self.connect_odoo()
        self.call("POST", f"/api/v1/migrations/{migration}:setConnections", {"source_connection_id": source, "target_id": target})
        quote = self.analyse(migration)
        self.pay(quote)
        end = self.watch(migration)
        if end["state"] != "STATE_COMPLETED":
            raise Unfinished(f"the migration has failed: {end['reason']}")
        report = self.proof(migration)
        self.tell(f"{end['verdict']}. The report: {report}")
        return 0 if end["verdict"] == "MATCHED" else 3


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and its hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.action = values.get("action", "")
        if tag == "input" and values.get("name"):
            self.fields[values["name"]] = values.get("value", "")


def consent(url):
    """What a person does at the platform's page: looks at it, presses Connect. The query of the address that it sends back to."""
    with urllib.request.urlopen(url, timeout=20) as page:
        form = Form(page.read().decode())
    address = urllib.parse.urlsplit(urllib.parse.urljoin(url, form.action))
    connection = http.client.HTTPConnection(address.netloc, timeout=20)
    connection.request("POST", address.path, urllib.parse.urlencode({**form.fields, "decision": "connect"}), {"content-type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    location = answer.getheader("location") or ""
    answer.read()
    connection.close()
    if answer.status not in (302, 303) or "code=" not in location:
        raise Unfinished(f"the platform's page answers {answer.status} instead of sending the person back")
    print(f"   consent at {address.scheme}://{address.netloc}{address.path} → back to {location.split('?')[0]}")
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--odoo-url", "--odoo-db", "--odoo-user"):
        parser.add_argument(name, required=True)
    try:
        return Story(parser.parse_args()).run()
    except (Unfinished, OSError) as problem:
        print(f"\nstory: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
