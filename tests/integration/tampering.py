"""A proxy before the sandbox's QuickBooks that spoils single answers, and hands for Odoo: what people and damaged sources do in mid-run."""
import http.server
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request


def fault(code, message):
    """A refusal as QuickBooks writes it."""
    return 400, json.dumps({"Fault": {"Error": [{"Message": message, "Detail": message, "code": code}], "type": "ValidationFault"}})


class Proxy:
    """Passes everything on to `upstream`; `spoil(statement)` may give (status, body) instead of the answer to a query."""

    def __init__(self, upstream, spoil):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("query", [""])[0]
                self.answer(*(spoil(query) or self.upstream(body)))

            do_GET = do_POST = serve

            def upstream(self, body):
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length", "connection")}
                request = urllib.request.Request(upstream + self.path, data=body, headers=headers, method=self.command)
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return answer.status, answer.read(), answer.headers.get("Content-Type")
                except urllib.error.HTTPError as error:
                    return error.code, error.read(), error.headers.get("Content-Type")

            def answer(self, status, body, content_type="application/json"):
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                self.send_header("Content-Type", content_type or "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def page_of(statement, entity):
    """(first position, rows) when the statement asks for a page of this entity."""
    found = re.search(rf"FROM {entity}\b.*STARTPOSITION (\d+) MAXRESULTS (\d+)", statement)
    return (int(found[1]), int(found[2])) if found else None


def damaged(entity, position):
    """A record that no page can hold: QuickBooks refuses every page with it."""

    def spoil(statement):
        page = page_of(statement, entity)
        return fault("4002", "QueryProcessingError") if page and page[0] <= position < page[0] + page[1] else None

    return spoil


class Odoo:
    """Odoo's JSON-RPC as a person's client uses it."""

    def __init__(self, url, database="sandbox", login="admin", password="admin"):
        self.url, self.database, self.password = url, database, password
        self.uid = self.rpc("common", "login", database, login, password)

    def rpc(self, service, method, *args):
        call = {"jsonrpc": "2.0", "id": 1, "method": "call", "params": {"service": service, "method": method, "args": list(args)}}
        request = urllib.request.Request(self.url + "/jsonrpc", json.dumps(call).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            result = json.loads(answer.read())
        if "error" in result:
            raise AssertionError(result["error"])
        return result.get("result")

    def call(self, model, method, *args, **kwargs):
        return self.rpc("object", "execute_kw", self.database, self.uid, self.password, model, method, list(args), kwargs)

    def id_of(self, external_id):
        """Of our record: the name without module and connection ("journal_entry_7")."""
        rows = self.call("ir.model.data", "search_read", [["module", "=", "q2o"], ["name", "like", "_" + external_id]], fields=["name", "res_id"])
        found = [row["res_id"] for row in rows if row["name"].split("_", 1)[1] == external_id]
        assert len(found) == 1, f"{external_id}: {found}"
        return found[0]

    def change_amounts(self, move, difference):
        """Resets an entry to draft, adds to its first debit and credit, and posts it again."""
        self.call("account.move", "button_draft", [move])
        lines = self.call("account.move.line", "search_read", [["move_id", "=", move]], fields=["id", "balance"])
        debit = next(line for line in lines if line["balance"] > 0)
        credit = next(line for line in lines if line["balance"] < 0)
        change = [[1, line["id"], {"balance": round(line["balance"] + by, 2)}] for line, by in ((debit, difference), (credit, -difference))]
        self.call("account.move", "write", [move], {"line_ids": change})
        self.call("account.move", "action_post", [move])
