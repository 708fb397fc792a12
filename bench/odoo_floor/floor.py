"""The bare loop: sends what a load sent, with the same action, over as many connections, and keeps no books at all.

No look-ups, no inbox, no record of what was written, no readiness check, no progress: what is left is Odoo's own time.
"""
import concurrent.futures
import http.client
import json
import time
import urllib.parse

READS = {"search", "search_read", "search_count", "read", "read_group", "check_access_rights", "fields_get", "version", "authenticate"}
# The loader's own rule (services/loader/domain/batch_planner.cpp): the others drop Odoo's caches or must not run beside each other.
PARALLEL = {
    "account.move", "account.payment", "account.bank.statement.line", "res.partner", "sale.order", "purchase.order", "account.analytic.line",
    "mail.message",
}  # fmt: skip


class Odoo:
    def __init__(self, url, database, login, password):
        self.address = urllib.parse.urlsplit(url)
        self.access = [database, login, password]
        user = self.send("common", "authenticate", [*self.access, {}])
        if not user:
            raise RuntimeError(f"Odoo refuses {login} on {database}")
        self.access = [database, user, password]

    def send(self, service, method, arguments):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "call", "params": {"service": service, "method": method, "args": arguments}})
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=600)
        connection.request("POST", "/jsonrpc", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"].get("debug") or answer["error"])
        return answer.get("result")

    def call(self, model, method, arguments, keywords):
        return self.send("object", "execute_kw", [*self.access, model, method, arguments, keywords])


def is_write(body):
    parameters = json.loads(body)["params"]
    return parameters["service"] == "object" and parameters["args"][4] not in READS


class Load:
    """A recorded load, taken apart: settings before, the action, records in their order, settings after."""

    def __init__(self, calls):
        self.before, self.records, self.after, self.action = [], [], [], None
        for _, _, body in sorted(calls, key=lambda call: call[0]):
            parameters = json.loads(body)["params"]  # amounts: their digits survive, none has more than 15
            if parameters["service"] != "object":
                continue
            model, method, arguments, keywords = parameters["args"][3:7]
            if method in READS:
                continue
            if model == "ir.actions.server":
                self._action(method, arguments, keywords)
            else:
                (self.after if self.records else self.before).append((model, method, arguments, keywords))
        if not self.records or self.action is None:
            raise RuntimeError("no load was recorded: was the target empty before?")

    def _action(self, method, arguments, keywords):
        if method == "create":
            self.action = arguments
        elif method == "run":
            context = keywords["context"]
            if context.get("told"):  # what earlier answers said, asked for before the first batch: writes nothing
                return
            if context["mode"] != "create" or context["isolate"]:
                raise RuntimeError("the recorded load was disturbed (a batch was repeated or compared): record another one")
            self.records += context["records"]


def names_in(value, wanted, found):
    """The external ids that a record's values mention."""
    if isinstance(value, str):
        if value in wanted:
            found.add(value)
    elif isinstance(value, list):
        for one in value:
            names_in(one, wanted, found)
    elif isinstance(value, dict):
        for one in value.values():
            names_in(one, wanted, found)


def batches_of(records, size):
    """[(records, exclusive, numbers of the batches that must be done before)], in the order of the records."""
    wanted = {record["external_id"] for record in records}
    made_in, out = {}, []
    for record in records:
        exclusive = record["operation"] != "create" or record["model"] not in PARALLEL
        if not out or len(out[-1][0]) >= size or out[-1][1] != exclusive:
            out.append(([], exclusive, set()))
        number = len(out) - 1
        mentioned = set()
        names_in(record["values"], wanted, mentioned)
        out[-1][0].append(record)
        out[-1][2].update(made_in[name] for name in mentioned if name in made_in)
        made_in[record["external_id"]] = number
    for number, batch in enumerate(out):
        batch[2].discard(number)
    return out


def run(odoo, load, size, connections):
    """Seconds from the first to the last call."""
    batches = batches_of(load.records, size)
    begun = time.monotonic()
    for call in load.before:
        odoo.call(*call)
    action = odoo.call("ir.actions.server", "create", load.action, {})
    action = action[0] if isinstance(action, list) else action

    def send(records):
        context = {"mode": "create", "isolate": False, "module": "q2o", "lang": "en_US", "records": records}
        for result in odoo.call("ir.actions.server", "run", [[action]], {"context": context})["results"]:
            if result["outcome"] not in ("created", "adopted", "changed", "unchanged"):
                raise RuntimeError(f"the floor is no measure, a record was not written: {result}")

    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        running, done = {}, set()

        def wait(condition):
            while running and not condition():
                for future in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                    future.result()
                    done.add(running.pop(future))

        for number, (records, exclusive, needs) in enumerate(batches):
            wait(lambda: (not running if exclusive else len(running) < connections) and needs <= done)
            running[pool.submit(send, records)] = number
            if exclusive:
                wait(lambda: not running)
        wait(lambda: not running)
    odoo.call("ir.actions.server", "unlink", [[action]], {})
    for call in load.after:
        odoo.call(*call)
    return time.monotonic() - begun
