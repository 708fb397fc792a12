"""The whole way of a customer through the edge of a running stack, as a story with its HTTP calls: from the price and the sign-up to the proof.
Whoever was here before signs in, and what is paid already runs again without being paid again.

ODOO_PASSWORD=… scripts/story.py --odoo-url … --odoo-db … --odoo-user …, with the ports of deploy/local/ports.env in the environment.
Exit code as of `q2o migrate`: 0 matched, 1 error, 3 finished with differences or exceptions, 4 waits for a person."""
import argparse
import http.client
import json
import os
import pathlib
import secrets
import sys
import time
import urllib.parse

from teller import RUN, Teller, Unfinished, grouped, sandbox  # first: it says where the next is

from browser import consent, pay_by_card

PLATFORM = "quickbooks_online"
STATE = pathlib.Path(os.environ.get("Q2O_STATE", RUN / "state"))
UNPAID = ("STATE_DRAFT", "STATE_PRICED", "STATE_PENDING_PAYMENT", "STATE_PAYMENT_PROCESSING")
BEFORE_THE_RUN = UNPAID + ("STATE_PAID", "STATE_CONNECTING", "STATE_READY")


def differs(migration):
    return migration["state"] == "STATE_VALIDATING" and migration["verdict"] == "DIFFERENT"


def goes_on(migration):
    return migration["state"] in BEFORE_THE_RUN + ("STATE_RUNNING", "STATE_VALIDATING") and not differs(migration)


class Story(Teller):
    def __init__(self, arguments):
        super().__init__()
        self.arguments = arguments
        self.company = sandbox("SANDBOX_QUICKBOOKS", "/control/company")
        self.place = STATE / "demo_person.json"  # what a person's password manager would know

    # The chapters.

    def enter(self):
        """The tenant of the person: of the earlier demo, else of a new one."""
        known = json.loads(self.place.read_text()) if self.place.exists() else {}
        if known:
            self.email = known["email"]
            self.tell("The customer of the earlier demo signs in again")
            answer = self.try_call("POST", "/api/v1/account/sign-in", known)
            if answer.status == 200:
                return answer.json()["me"]["tenant_id"]
            self.say("This stack does not know the earlier demo's customer any more.")
        self.price()
        return self.sign_up()

    def price(self):
        self.tell("What would five years of QuickBooks cost? Anybody may ask")
        answer = self.call("POST", "/api/billing/estimate", {"companies": [{"platform": PLATFORM, "years": 5}]}, quiet=True)
        self.say("POST /api/billing/estimate → 200")
        for line in answer["prices"][0]["lines"]:
            self.say(f"{line['amount']:>10}  {line['text']}")
        self.say(f"{answer['total']:>10}  {answer['currency']}, tier {answer['prices'][0]['tier_name']}")

    def sign_up(self):
        person = {"email": f"ann.{secrets.token_hex(4)}@example.com", "password": secrets.token_urlsafe(18)}
        self.email = person["email"]
        self.tell("A stranger signs up, and proves that the address is theirs")
        self.call("POST", "/api/v1/account/sign-up", {**person, "company_name": self.company["company"], "name": "Ann"})
        link = next(link for link in self.new_mail("confirm", [])["links"] if "token=" in link)
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
        self.call("POST", "/api/v1/account/verify-email", {"token": token, "password": person["password"]})
        tenant = self.call("POST", "/api/v1/account/sign-in", person)["me"]["tenant_id"]
        self.remember(person, tenant)
        return tenant

    def remember(self, person, tenant):
        STATE.mkdir(parents=True, exist_ok=True)
        with open(os.open(self.place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(person, file)
        # The tenant that ./q2o is about from inside, where it has none of its own yet: so `./q2o status` shows this migration.
        if not (STATE / "tenant").exists():
            (STATE / "tenant").write_text(tenant + "\n")

    def connect_quickbooks(self):
        """The connection's id. A sign-in that still works is not asked for again."""
        known = self.call("GET", f"/api/oauth/{PLATFORM}/status", quiet=True)["companies"]
        for one in known:
            if one["company_id"] == self.company["realm_id"] and one["connected"]:
                verified = self.try_call("POST", f"/api/v1/connections/{one['connection_id']}:verify", {}, quiet=True)
                if verified.status == 200 and verified.json()["connection"]["state"] == "connected":
                    self.tell(f"QuickBooks is still connected: {one['company_name']}")
                    return one["connection_id"]
        self.tell("QuickBooks is connected: its own page asks, the person says yes, and comes back with a code")
        url = self.call("POST", f"/api/oauth/{PLATFORM}/authorize", {})["url"]
        at, back_to, back = consent(url)
        self.say(f"consent at {at} → back to {back_to}")
        answer = self.call("POST", f"/api/oauth/{PLATFORM}/callback", {"code": back["code"], "state": back["state"], "realm_id": back["realmId"]})
        return answer["company"]["connection_id"]

    def connect_odoo(self):
        self.tell("Odoo is connected and looked at step by step")
        target = {"url": self.arguments.odoo_url, "database": self.arguments.odoo_db, "user": self.arguments.odoo_user, "password": os.environ["ODOO_PASSWORD"]}
        saved = self.call("POST", "/connect/odoo/save", target)
        for step in saved["check"]["steps"]:
            if step["state"] in ("STEP_STATE_WARNING", "STEP_STATE_FAILED"):
                self.say(f"  {step['name']}: {step['message']} {step['advice']}")
        if any(step["state"] == "STEP_STATE_FAILED" for step in saved["check"]["steps"]):
            raise Unfinished("Odoo is not ready; do what is named above, then run the same command again. Nothing was written.", 4)
        return saved["target"]["target_id"]

    def ordered(self, source, target):
        """The newest migration of this company into this Odoo, else a new one."""
        page, found = "", None
        while True:
            answer = self.call("GET", f"/api/v1/migrations?page_token={urllib.parse.quote(page)}", quiet=True)
            for one in answer["migrations"]:
                if (one["source_connection_id"], one["target_id"]) == (source, target):
                    found = one
            page = answer["next_page_token"]
            if not page:
                break
        if found:
            return found
        self.tell("A migration is ordered: all of the history, to start by itself as soon as it is paid")
        order = {"name": self.company["company"], "platform": PLATFORM, "source_connection_id": source, "target_id": target, "automatic_start": True}
        return self.call("POST", "/api/v1/migrations", order)["migration"]

    def analyse(self, migration):
        self.tell("The real records are counted, and the price follows from them")

        def counted():
            answer = self.call("POST", "/api/billing/analyze-volume", {"migration_id": migration}, quiet=True)
            return answer if answer["done"] else None

        answer = self.until(300, "the records are counted", counted)
        quote = answer["quote"]
        self.say(f"POST /api/billing/analyze-volume → {grouped(answer['records'])} records counted; {quote['total']} {quote['currency']}")
        return quote["quote_id"]

    def pay(self, migration):
        priced = migration["state"] == "STATE_PENDING_PAYMENT"  # begun by an earlier demo: its page is still open
        quote = migration["quote_id"] if priced else self.analyse(migration["migration_id"])
        self.tell("It is paid on Stripe's page; what Stripe then tells the edge, signed, is what counts")
        back = self.edge.origin + "/"
        page = self.call("POST", "/api/billing/checkout", {"quote_id": quote, "success_url": back, "cancel_url": back})["checkout"]["url"]
        self.say(f"paid at {page.split('/pay/')[0]} → {pay_by_card(page)}")

    def set_going(self, migration):
        """The number of the run that is to be watched. Only what was never paid is paid."""
        name = migration["migration_id"]
        if migration["state"] in UNPAID:
            if migration["state"] != "STATE_PAYMENT_PROCESSING":
                self.pay(migration)
            return migration["run"] + 1
        if goes_on(migration):
            if migration["directive"] == "DIRECTIVE_PAUSE":
                self.call("POST", f"/api/v1/migrations/{name}:resume", {})
            return migration["run"] if migration["state"] not in BEFORE_THE_RUN else migration["run"] + 1
        self.tell("This migration is paid: another run of it costs nothing, and writes only what has changed")
        self.call("POST", f"/api/v1/migrations/{name}:start", {"reason": "the demo once more"})
        return migration["run"] + 1

    def watch(self, name, run):
        """The migration at the end of the run, or where it waits for a person."""
        self.tell("From here on nobody has to do anything: it starts, and its progress is live")
        said, spoken = None, 0.0
        for event in self.live():
            if event.get("migrationId") != name:
                continue
            now = event["migration"]
            if now["run"] < run or (now["run"] == run and event["run"] < run):
                self.trouble(now)
                continue
            if (now["state"], event["waitingFor"]) != said or time.monotonic() - spoken > 2:
                self.say(f"  {now['state'].removeprefix('STATE_').lower()}: {self.words(event)}")
                said, spoken = (now["state"], event["waitingFor"]), time.monotonic()
            if now["state"] in ("STATE_COMPLETED", "STATE_FAILED") or differs(now):
                return self.migration(name)
            self.trouble(now)
        raise Unfinished("the live stream ended before the migration did")

    @staticmethod
    def words(event):
        written = f"{grouped(event['created'])} created, {grouped(event['changed'])} changed, {grouped(event['unchanged'])} unchanged"
        doing = event["activity"] or event["lastResult"] or "about to start"
        waits = f"; waits: {event['waitingFor']}, until {event['waitingUntil'] or 'nobody knows when'}" if event["waitingFor"] else ""
        return f"{doing}  ({written}{waits})"

    @staticmethod
    def trouble(migration):
        if migration["directive"] == "DIRECTIVE_PAUSE":
            raise Unfinished(f"the run waits for you: {migration['reason'] or 'paused'}. Go on with `make demo` or `./q2o resume`", 4)

    def migration(self, name):
        return self.call("GET", f"/api/v1/migrations/{name}", quiet=True)["migration"]

    def proof(self, end, mails):
        name = end["migration_id"]
        if end["verdict"] != "DIFFERENT":
            self.tell("The mail with the proof has come, and the report is there for those who may see it")
            self.new_mail("match", mails)
        else:
            self.tell("The books differ: the report says where")
        folder = STATE / "reports" / name
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("html", "json", "csv"):
            answer = self.edge.get(f"/api/v1/migrations/{name}/report/{kind}", timeout=120)
            if answer.status != 200:
                raise Unfinished(f"the report as {kind}: {answer}")
            (folder / f"report.{kind}").write_bytes(answer.body)
            self.say(f"GET /api/v1/migrations/{name}/report/{kind} → {answer.status}, {grouped(len(answer.body))} bytes")
        cookies, self.edge.cookies = self.edge.cookies, {}
        self.say(f"the same without a session → {self.edge.get(f'/api/v1/migrations/{name}/report/html').status}")
        self.edge.cookies = cookies
        done = self.call("GET", f"/api/v1/migrations/{name}/runs/{end['run']}", quiet=True)["totals"]
        sentence = json.loads((folder / "report.json").read_text())["sentence"]
        self.tell(end["verdict"])
        self.say(f"Odoo: {grouped(done['created'])} created, {grouped(done['changed'])} changed, {grouped(done['unchanged'])} unchanged")
        self.say(sentence)
        self.say(f"Report: {folder / 'report.html'}")

    def run(self):
        self.enter()
        source = self.connect_quickbooks()
        target = self.connect_odoo()
        migration = self.ordered(source, target)
        mails = self.mails()
        end = self.watch(migration["migration_id"], self.set_going(migration))
        if end["state"] == "STATE_FAILED":
            raise Unfinished(f"the run failed: {end['reason']}. See `./q2o rejects` and `./q2o history`; `make demo` tries again")
        self.proof(end, mails)
        return 0 if end["verdict"] == "MATCHED" else 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--odoo-url", "--odoo-db", "--odoo-user"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    try:
        return Story(arguments).run()
    except KeyboardInterrupt:
        print("\ndemo: what has begun goes on in the background; `make demo` comes back to it", file=sys.stderr)
        return 1
    except Unfinished as problem:
        print(f"\ndemo: {problem}", file=sys.stderr)
        return problem.code
    except (OSError, http.client.HTTPException) as problem:
        print(f"\ndemo: {problem}; see `make status` and `make logs SERVICE=edge`", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
