"""What is disturbed: a command from its begin to its end, and what must be true then."""
import json
import subprocess

from stack import difference
from whole_odoo import Odoo


class Migration:
    """q2o migrate into an empty Odoo."""

    name = "migrate"

    def prepare(self, lab):
        """Nothing has to be there."""

    def start(self, lab):
        return lab.stack.start_migration()

    def judge(self, lab, case, code, result):
        """Proof, conservation and content of the target, against the undisturbed run."""
        dump, expected, report = lab.stack.odoo_dump(), lab.undisturbed.dump, lab.undisturbed.report
        case.losses = len(expected.keys() - dump.keys())
        case.duplicates = len(dump.keys() - expected.keys())
        problems = []
        if (code, result.get("verdict")) != (0, "MATCHED"):
            problems.append(f"exit {code}: {json.dumps(result)[:600]}")
        else:
            checks = lab.stack.report(result)["checks"]
            if checks != report["checks"]:
                problems.append(f"the proof differs: {difference(report['checks'], checks)}")
            problems += lab.not_conserved(result)
        if dump != expected:
            problems.append(f"Odoo's content differs: {difference(expected, dump)}")
        return problems


class Undo:
    """q2o undo of a whole migration: Odoo is what it was before, everything in it and not only what bears our names."""

    name = "undo"

    def prepare(self, lab):
        self.odoo = Odoo(f"http://127.0.0.1:{lab.stack.ports['Q2O_PORT_SANDBOX_ODOO']}")
        self.before = self.everything()
        lab.migrated()

    def start(self, lab):
        words = lab.stack.command("undo", lab.result["migration_id"], "--yes", "--json")
        return subprocess.Popen(words, env=lab.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def judge(self, lab, case, code, result):
        """`losses`: what was there before and is gone; `duplicates`: what is left."""
        after = self.everything()
        case.losses = len(self.before.keys() - after.keys())
        case.duplicates = len(after.keys() - self.before.keys())
        problems = []
        if code != 0 or any(result.get(count) != 0 for count in ("reversed", "kept", "left")):
            problems.append(f"exit {code}: {json.dumps(result)[:600]}")
        if after != self.before:
            problems.append(f"Odoo's content differs: {difference(self.before, after)}")
        return problems

    def everything(self):
        return {str(key): record for key, record in self.odoo.everything().items()}


SCENARIOS = {scenario.name: scenario for scenario in (Migration, Undo)}
