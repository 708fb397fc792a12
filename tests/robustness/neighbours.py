"""Odoo and QuickBooks that are slow, hang, lie, throttle, refuse or withdraw."""
import json
import time

from kills import SLOW, is_running
from lab import RESUME_WITHIN, Broken, Handover, gone, wait_until


def during(side, rules, until=None, seed=1):
    """Faults for the whole run, or until `until(lab, process)` says that it is enough; then how long it took to go on."""

    def disturb(lab, process):
        is_running(lab, process)
        lab.faults(side, *rules, seed=seed)
        if until is None:
            process.wait(280)
            return None
        until(lab, process)
        lab.faults(side)
        over = time.monotonic()
        before = lab.progress()
        wait_until(lambda: lab.progress() > before or process.poll() is not None, 90, "the run goes on")
        return time.monotonic() - over

    return disturb


def slow_odoo():
    return during("ODOO", [{**SLOW, "delay_ms": 700}])


def lying_odoo():
    """One answer in five is lost after Odoo has committed."""
    return during("ODOO", [{"kind": "cut_after", "route": "", "count": -1, "probability": 0.2}])


def hanging_odoo():
    """Three questions are never answered; the callers' own deadlines end them."""

    def disturb(lab, process):
        is_running(lab, process)
        lab.faults("ODOO", {"kind": "hang", "route": "res.company", "count": 1, "skip": 1})
        process.wait(280)
        return None

    return disturb


def broken_odoo():
    return during("ODOO", [{"kind": "server_error", "status": 502, "route": "", "count": -1, "probability": 0.15}])


def storm(side, status, seconds):
    """Nothing but 429 or 503 for a while, in the middle of the run."""
    kind = "too_many_requests" if status == 429 else "server_error"
    rule = {"kind": kind, "status": status, "route": "/query" if side == "QUICKBOOKS" else "ir.actions.server", "count": -1}

    def until(lab, process):
        wait_until(lambda: struck(lab, side) > 0 or process.poll() is not None, 60, "the storm reaches the run")
        if process.poll() is not None:
            raise Broken("the run ended before the storm")
        begun = time.monotonic()
        wait_until(lambda: time.monotonic() - begun >= seconds, seconds + 5, "the storm is over")

    return during(side, [rule], until)


def struck(lab, side):
    return json.loads(lab.stack.get(f"Q2O_PORT_SANDBOX_{side}", "/control/faults"))["struck"]


def token_expires_in_mid_page():
    return during("QUICKBOOKS", [{"kind": "token_expired", "route": "/query", "count": 1, "skip": skip} for skip in (3, 6, 9)])


def killed_between_refresh_and_store(lab, process):
    """The source has given new tokens, and the process dies before it has stored them."""
    url = f"http://127.0.0.1:{lab.stack.ports['Q2O_PORT_SANDBOX_QUICKBOOKS']}/oauth2/v1/tokens/bearer"
    slow = {**SLOW, "route": "/query", "delay_ms": 300}
    lab.faults("QUICKBOOKS", slow)
    is_running(lab, process)
    pid = lab.pid("connector")
    lab.arm("connector", f"after_call[{url}]=kill@1")
    lab.faults("QUICKBOOKS", {"kind": "token_expired", "route": "/query", "count": 1, "skip": 2}, slow)  # the first that fits strikes
    wait_until(lambda: gone(pid) or process.poll() is not None, 60, "the connector dies with the tokens in its hands")
    died = time.monotonic()
    if not gone(pid):
        raise Broken("the tokens were not refreshed")
    lab.faults("QUICKBOOKS")
    return lab.resumed("connector", process, died)


def revoked(lab, process):
    """The company withdraws its consent in mid-run: the run waits for a person, who consents again and resumes."""
    lab.faults("QUICKBOOKS", {"kind": "revoked", "route": "/query", "count": 1, "skip": 5})
    process.wait(120)
    if process.returncode != 4:
        raise Broken(f"a revoked connection must wait for a person (exit 4), not end with {process.returncode}")
    lab.faults("QUICKBOOKS")
    lab.stack.environment["QUICKBOOKS_REFRESH_TOKEN"] = lab.consent()
    return Handover(None, lab.stack.start_migration(), "waits for a person by design; consent and q2o migrate")


CASES = {
    "slow-odoo": ("Odoo slow", "0.7 s more for every call", slow_odoo),
    "lying-odoo": ("Odoo lies", "one answer in five lost after the commit", lying_odoo),
    "broken-odoo": ("Odoo's gateway fails", "15 % of all calls end with 502", broken_odoo),
    "hanging-odoo": ("Odoo hangs", "a question that is never answered", hanging_odoo),
    "token-expiry": ("token expires in mid-page", "three times in one run", token_expires_in_mid_page),
    "token-crash": ("crash between token refresh and store", "kill -9 with the new pair in hand", lambda: killed_between_refresh_and_store),
    "token-revoked": ("consent withdrawn", "in mid-run; a person consents again", lambda: revoked),
}


def run(lab, names, say):
    for name in names:
        fault, text, make = CASES[name]
        yield say(lab.case(fault, text, make()))


# After a 429 QuickBooks wants 60 s of silence and does not say so in the answer: that comes before our own 15 s.
SILENCE = {("QUICKBOOKS", 429): 60.0}


def storms(lab, seconds, say):
    for side, status in (("QUICKBOOKS", 429), ("QUICKBOOKS", 503), ("ODOO", 429), ("ODOO", 503)):
        where = "QuickBooks" if side == "QUICKBOOKS" else "Odoo"
        silence = SILENCE.get((side, status), 0.0)
        note = f"the source's rule: {silence:.0f} s of silence after a {status}" if silence else ""
        yield say(lab.case(f"storm of {status}", f"{where}, {seconds} s", storm(side, status, seconds), allowed=silence + RESUME_WITHIN, note=note))
