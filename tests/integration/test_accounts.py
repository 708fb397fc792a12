"""Accounts over the running service: what a browser gets, and what is left when identity is killed in the middle of sign-ups."""
import os
import random
import subprocess
import threading
import unittest

from grpc_calls import Contracts, ask
from stack import Stack, wait_until

SERVICE = "q2o.identity.v1.AccountService"
SIGN_UPS = 24


class Accounts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().up()
        cls.addClassCleanup(cls.stack.down)
        cls.contracts = Contracts(cls.stack.binaries)

    def ask(self, name, metadata=(), **fields):
        return ask(self.stack, self.contracts, SERVICE, name, metadata, **fields)

    def told(self):
        """(id of the message, its type) of everything on the topic."""
        done = subprocess.run(
            ["kcat", "-b", f"127.0.0.1:{self.stack.ports['Q2O_PORT_KAFKA']}", "-C", "-t", "q2o.identity.event.v1", "-e", "-q", "-o", "beginning", "-f", "%h\n"],
            capture_output=True, timeout=60, check=True,
        )  # fmt: skip
        return [word.split("=", 1)[1] for line in done.stdout.decode(errors="replace").splitlines() for word in line.split(",") if word.startswith("ce_id=")]

    def test_sign_ups_survive_kill_9(self):
        before = set(self.told())
        accounts = int(self.stack.sql("select count(*) from identity.person"))
        stop = threading.Event()
        dice = random.Random(7)

        def kill():
            while not stop.wait(dice.uniform(0.2, 1.2)):
                self.stack.kill_hard("identity")

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            for number in range(SIGN_UPS):
                # A client does what clients do: it tries again until it has an answer.
                def answered(number=number):
                    answer = self.ask("SignUp", [("q2o-address", f"192.0.2.{number}")], email=f"kill{number}@example.com", password="a sentence of mine", company_name="C")
                    self.assertIn(answer.status, (0, 14, -1, 4, 8), answer.message)
                    # Many tries for one address are refused after a while; it has had its answer then, or will.
                    return answer.status in (0, 8)

                wait_until(answered, 60, f"sign-up {number} is answered")
        finally:
            stop.set()
            killer.join()
        wait_until(lambda: self.stack.sql("select count(*) from identity.outbox") == "0", 60, "the outbox is empty")
        self.assertEqual(int(self.stack.sql("select count(*) from identity.person")) - accounts, SIGN_UPS)
        self.assertEqual(self.stack.sql("select count(*) from (select person_id from identity.membership group by person_id having count(*) <> 1) x"), "0")
        self.assertEqual(self.stack.sql("select count(*) from identity.person p where not exists (select 1 from identity.membership m where m.person_id = p.person_id)"), "0")
        # One mail each, by the id of its event; the wire may carry one twice, whoever reads it takes it once.
        self.assertEqual(len(set(self.told()) - before), SIGN_UPS)

    def test_no_secret_is_in_logs_or_tables(self):
        secret = "canary-password-5f1e"
        self.assertEqual(self.ask("SignUp", email="canary@example.com", password=secret, company_name="Canary Birds Ltd").status, 0)
        self.assertEqual(self.ask("SignIn", email="canary@example.com", password=secret).status, 9, "not verified yet")
        self.assertEqual(self.ask("SignIn", email="canary@example.com", password=secret + "!").status, 16)
        dump = subprocess.run(
            ["pg_dump", "-h", "127.0.0.1", "-p", str(self.stack.ports["Q2O_PORT_POSTGRES"]), "-U", "q2o_admin", "-n", "identity", "q2o"],
            env=dict(os.environ, PGPASSWORD=(self.stack.folder / "secrets/postgres.password").read_text().strip()), capture_output=True, text=True, timeout=60, check=True,
        ).stdout  # fmt: skip
        logs = "".join(file.read_text(errors="replace") for file in (self.stack.folder / "log").glob("*.log"))
        for text in (secret, "canary@example.com", "Canary Birds"):
            self.assertNotIn(text, dump)
            self.assertNotIn(text, logs)

    def test_a_cookie_is_set_for_who_signs_in_only(self):
        refused = self.ask("SignIn", email="nobody@example.com", password="a sentence of mine")
        self.assertEqual((refused.status, refused.headers.get("set-cookie")), (16, None))
        out = self.ask("SignOut")
        self.assertEqual(out.status, 0)
        self.assertIn("Max-Age=0", out.headers["set-cookie"][0])
        for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            self.assertIn(word, out.headers["set-cookie"][0])


if __name__ == "__main__":
    unittest.main()
