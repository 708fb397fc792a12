"""What the demo's story is told with: calls of the edge that are printed as they are made, the sandbox's mailbox, live events."""
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
from edge_client import Edge, events_of  # noqa: E402
from stack import wait_until  # noqa: E402

RUN = pathlib.Path(os.environ.get("Q2O_RUN", ROOT / ".run"))
HIDDEN = ("password", "token", "code", "state")


class Unfinished(Exception):
    """What went wrong and what to do, for a person; `code` as q2o's own exit codes."""

    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


def port(name):
    return int(os.environ[f"Q2O_PORT_{name}"])


def sandbox(name, path, method="GET"):
    """JSON of one of the sandbox's own addresses."""
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port(name)}{path}", method=method), timeout=20) as answer:
        return json.loads(answer.read())


def bold(text):
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def grouped(number):
    return f"{int(number):,}"


def shown(value, length=300):
    """A body as it may be printed: without secrets, and not longer than a few lines."""
    if isinstance(value, dict):
        value = {key: "…" if key in HIDDEN and text else text for key, text in value.items()}
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= length else text[:length] + " …"


class Teller:
    def __init__(self):
        self.edge = Edge(port("EDGE"), RUN / "secrets/edge.crt")
        self.begun = time.monotonic()
        self.email = ""

    def tell(self, text):
        print(f"\n{bold(f'{time.monotonic() - self.begun:5.1f} s  {text}')}", flush=True)

    def say(self, text):
        print(f"   {text}", flush=True)

    def try_call(self, method, path, body=None, quiet=False):
        key = {"idempotency-key": secrets.token_hex(16)} if method == "POST" else None
        answer = self.edge.call(method, path, body, headers=key)
        if not quiet:
            self.say(f"{method} {path.split('?')[0]}{' ' + shown(body) if body else ''}\n     → {answer.status} {shown(answer.json()) if answer.body else ''}")
        return answer

    def call(self, method, path, body=None, quiet=False):
        answer = self.try_call(method, path, body, quiet)
        if answer.status != 200:
            said = answer.json() if answer.body else {}
            hint = next((detail.get("metadata", {}).get("hint") for detail in said.get("details", [])), "")
            raise Unfinished(f"{method} {path}: {said.get('message', answer.status)} {hint or ''}")
        return answer.json() if answer.body else {}

    def until(self, seconds, what, look):
        try:
            return wait_until(look, seconds, what, every=0.2)
        except AssertionError as late:
            raise Unfinished(str(late)) from None

    # The mail program.

    def mails(self):
        return sandbox("SANDBOX_MAIL", f"/mailbox?to={urllib.parse.quote(self.email)}")["mails"]

    def new_mail(self, about, before, seconds=60):
        """The first mail whose subject says `about`, apart from those that had come `before`."""
        known = {mail["headers"].get("message-id") for mail in before}
        found = self.until(
            seconds, f"a mail about '{about}' to {self.email}",
            lambda: [mail for mail in self.mails() if about in mail["subject"].lower() and mail["headers"].get("message-id") not in known],
        )[0]  # fmt: skip
        self.say(f"mail to {self.email}: {found['subject']}")
        return found

    # The stream of live events.

    def events(self, path, last_id):
        """(id, event, JSON) of server-sent events, as they come."""
        connection = self.edge.connection(timeout=60)
        try:
            connection.request("GET", path, headers={"accept": "text/event-stream", **({"last-event-id": last_id} if last_id else {})})
            answer = connection.getresponse()
            if answer.status != 200:
                raise Unfinished(f"{path.split('?')[0]} answers {answer.status}: {answer.read(300)!r}")
            yield from events_of(line.decode() for line in answer)
        finally:
            connection.close()

    def live(self, seconds_without=60):
        """Progress of all migrations, over as many streams as it takes: a stream ends with its token, or with the service that it comes from."""
        last_id, heard = "", time.monotonic()
        while True:
            token = self.call("POST", "/ops/stream-token", {}, quiet=True)["token"]
            if not last_id:
                self.say("GET /ops/stream?token=…")
            try:
                for number, name, event in self.events(f"/ops/stream?token={urllib.parse.quote(token)}", last_id):
                    last_id, heard = number or last_id, time.monotonic()
                    if name == "progress":
                        yield event
            except (OSError, http.client.HTTPException) as problem:
                if time.monotonic() - heard > seconds_without:
                    raise Unfinished(f"no live events any more: {problem}") from problem
                time.sleep(0.5)
