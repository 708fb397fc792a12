"""Replay: the recorded records of a run mapped and loaded again, while the source refuses every call."""
import json
import subprocess
import unittest
import urllib.request

from stack import ROOT, Odoo, Stack, difference

REFUSALS = 1000


class Replay(unittest.TestCase):
    """One migration, then replays of it. QuickBooks answers nothing from the first replay on: whoever calls it uses up a refusal."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(paced=False).up()
        cls.addClassCleanup(cls.stack.down)
        cls.code, cls.first = cls.stack.migrate()
        cls.first_dump = cls.stack.odoo_dump()
        fault = {"faults": [{"kind": "server_error", "status": 503, "route": "", "count": REFUSALS}]}
        cls.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/faults", "POST", fault)

    def replay(self, *words):
        process = subprocess.Popen(
            self.stack.command("replay", "--json", *words), env=self.stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return self.stack.finish(process, 120)

    def refusals_left(self):
        faults = json.loads(self.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/faults"))
        return faults["faults"][0]["count"]

    def changed_mapping(self):
        """A copy of the shipped mapping whose accounts carry their name as a note; its version."""
        mapping = json.loads((ROOT / "config/mappings/quickbooks_to_odoo.json").read_text())
        targets = [t for t in mapping["entities"]["Account"]["targets"] if t["model"] == "account.account" and "note" in t["fields"]]
        self.assertEqual(len(targets), 1)
        targets[0]["fields"]["note"] = {"path": "Name"}
        file = self.stack.folder / "mapping.json"
        file.write_text(json.dumps(mapping))
        return self.stack.q2o_json("mapping", "store", str(file))["version"]

    def test_1_the_same_mapping_writes_nothing_and_matches_without_a_call_to_the_source(self):
        self.assertEqual((self.code, self.first["verdict"]), (0, "MATCHED"), self.stack.logs())
        code, again = self.replay()
        self.assertEqual(
            (code, again["run"], again["created"], again["changed"], again["verdict"]), (0, 2, 0, 0, "MATCHED"), self.stack.logs()
        )
        self.assertEqual(again["unchanged"], self.first["created"] + self.first["changed"] + self.first["unchanged"])
        self.assertEqual(difference(self.first_dump, self.stack.odoo_dump()), [])
        self.assertEqual(self.refusals_left(), REFUSALS)
        same = self.stack.q2o_json("diff", "1", "2")
        self.assertGreater(same["equal"], 300)
        self.assertEqual([same[kind] for kind in ("changed", "added", "vanished", "outcomes")] + same["accounts"] + same["records"], [0] * 4)

    def changes_of(self, diff, version):
        """The accounts whose note changes, and nothing else."""
        self.assertEqual((diff["mapping_after"], diff["added"], diff["vanished"], diff["outcomes"], diff["accounts"]), (version, 0, 0, 0, []))
        self.assertEqual(diff["changed"], len(diff["records"]))
        self.assertEqual({(r["kind"], r["entity"], r["model"]) for r in diff["records"]}, {("changed", "Account", "account.account")})
        self.assertEqual({tuple(f["path"] for f in r["fields"]) for r in diff["records"]}, {("values.note",)})
        return {r["external_id"] for r in diff["records"]}

    def test_2_a_dry_run_writes_nothing_and_a_changed_mapping_changes_exactly_what_differs(self):
        version = self.changed_mapping()
        code, shown = self.replay("--dry-run", "--mapping", version[:12])
        self.assertEqual(code, 0, self.stack.logs())
        self.assertGreater(shown["mapped"], 300)
        foreseen = self.changes_of(shown["diff"], version)
        self.assertEqual(difference(self.first_dump, self.stack.odoo_dump()), [])
        code, changed = self.replay("--mapping", version[:12])
        self.assertEqual((code, changed["created"], changed["verdict"]), (0, 0, "MATCHED"), self.stack.logs())
        dump = self.stack.odoo_dump()
        differing = [name for name in dump if dump[name] != self.first_dump.get(name)]
        self.assertEqual({dump[name]["model"] for name in differing}, {"account.account"})
        self.assertEqual((changed["changed"], set(dump)), (len(differing), set(self.first_dump)))
        self.assertEqual(set(differing), foreseen)
        self.assertEqual(self.changes_of(self.stack.q2o_json("diff", "2", str(changed["run"])), version), foreseen)
        table = subprocess.run(
            self.stack.command("diff", "2", str(changed["run"]), "--csv"), env=self.stack.environment, capture_output=True, text=True, timeout=60
        ).stdout
        self.assertEqual(len(table.splitlines()), 1 + len(foreseen))
        self.assertEqual(self.refusals_left(), REFUSALS)

    def test_3_into_an_empty_odoo_the_proof_is_the_same(self):
        other = Odoo(self.stack)
        self.addCleanup(other.stop)
        connected = self.stack.q2o_json("connect-odoo", "--odoo-url", other.url, "--odoo-db", "sandbox", "--odoo-user", "admin")
        code, moved = self.replay("--into", connected["target_id"][-8:])
        self.assertEqual((code, moved.get("verdict")), (0, "MATCHED"), f"{moved}\n{self.stack.logs()}")
        self.assertGreater(moved["created"], 300)
        self.assertEqual(self.refusals_left(), REFUSALS)
        # The files too: their bytes come from the target where the first run stored them.
        with urllib.request.urlopen(other.url + "/control/dump", timeout=30) as answer:
            second_dump = json.loads(answer.read().decode())
        self.assertEqual(checksums(second_dump), checksums(self.first_dump))
        self.assertGreater(len(checksums(second_dump)), 7)

    def test_4_what_cannot_be_replayed_says_what_to_do(self):
        for words, reason in (
            (("--run", "99"), "RUN_UNKNOWN"),
            (("--mapping", "000000000000"), "MAPPING_UNKNOWN"),
            (("--into", "nowhere"), "TARGET_NOT_FOUND"),
        ):
            done = subprocess.run(self.stack.command("replay", "--json", *words), env=self.stack.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn(reason, done.stdout)

    def test_5_when_the_retention_has_passed_it_says_so_and_what_to_do(self):
        self.stack.forget("q2o.connector.raw.v1", "q2o.mapper.mapped.v1")
        code, failed = self.replay()
        self.assertEqual(code, 1, failed)
        self.assertIn("not in the replay log any more", json.dumps(failed))
        done = subprocess.run(self.stack.command("diff", "1", "2", "--json"), env=self.stack.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        for words in ("DIFF_RANGE_LOST", "q2o replay --run 1", "q2o migrate"):
            self.assertIn(words, done.stdout)
        # What it says helps: the source is read again, and nothing that is in Odoo is written again.
        self.stack.get("Q2O_PORT_SANDBOX_QUICKBOOKS", "/control/faults", "DELETE")
        self.stack.q2o_json("mapping", "store", str(ROOT / "config/mappings/quickbooks_to_odoo.json"))
        before = self.stack.odoo_dump()
        code, again = self.stack.migrate()
        self.assertEqual((code, again["verdict"], again["created"]), (0, "MATCHED", 0), self.stack.logs())
        self.assertEqual(set(self.stack.odoo_dump()), set(before))


def checksums(dump):
    return {name: record["values"]["checksum"] for name, record in dump.items() if record["model"] == "ir.attachment"}


if __name__ == "__main__":
    unittest.main()
