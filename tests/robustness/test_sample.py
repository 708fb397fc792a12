"""A sample of these tests in a few minutes: a few fail points, a few random kills, repeated messages, a record that kills the mapper."""
import os
import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import kills  # noqa: E402
import matrix  # noqa: E402
import messages  # noqa: E402
import poison  # noqa: E402
from lab import Lab  # noqa: E402

# The same choice every time; another seed chooses others.
SEED = int(os.environ.get("Q2O_ROBUSTNESS_SEED", "7"))
CASES = 3
KILLS = 8


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.lab.__enter__()
        cls.addClassCleanup(cls.lab.__exit__)

    def check(self, case):
        self.assertEqual(case.problem, "", f"{case.fault}, {case.name}; repeat it with Q2O_ROBUSTNESS_SEED={SEED}")
        return case

    def test_fail_points(self):
        options = types.SimpleNamespace(sample=CASES, minutes=0, seed=SEED, only="")
        for _ in matrix.run(self.lab, options, self.check):
            pass

    def test_random_kills(self):
        self.check(self.lab.case("random kill -9 over all services", f"{KILLS} in one run", kills.random_kills(KILLS, SEED)))

    def test_messages_three_times(self):
        fault, text, disturb = messages.CASES["thrice"]
        self.check(self.lab.case(fault, text, disturb))

    def test_a_record_that_kills_the_mapper(self):
        for _ in poison.run(self.lab.undisturbed, self.check):
            pass


if __name__ == "__main__":
    unittest.main()
