"""The local stack itself: what an interrupted start or a killed supervisor leaves is put right by the next `up` and `down`."""
import os
import pathlib
import signal
import socket
import subprocess
import unittest

from stack import Stack, wait_until


def processes_of(folder):
    """Command lines of running programs that name the stack's folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in words and int(path.parent.name) != os.getpid():
            found.append(words)
    return found


class LocalStack(unittest.TestCase):
    def test_an_interrupted_first_start_and_a_killed_supervisor_leave_nothing_behind(self):
        stack = Stack()
        self.addCleanup(stack.down)
        for half_made in ("postgres/data", "kafka/data"):
            (stack.folder / half_made).mkdir(parents=True)
            (stack.folder / half_made / "half").write_text("")
        stack.up()
        supervisor = int((stack.folder / "supervisord.pid").read_text())
        os.kill(supervisor, signal.SIGKILL)
        wait_until(lambda: not pathlib.Path(f"/proc/{supervisor}").exists() or "Z" in pathlib.Path(f"/proc/{supervisor}/stat").read_text().split()[2], 10, "the supervisor is gone")
        self.assertTrue(processes_of(stack.folder), "its programs still run")
        said = stack.script("down")
        self.assertIn("ending what a killed supervisor left", said)
        self.assertEqual(processes_of(stack.folder), [])

    def test_a_taken_port_is_named(self):
        stack = Stack()
        self.addCleanup(stack.down)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", stack.ports["Q2O_PORT_MAPPER"]))
            taken.listen()
            done = subprocess.run(["scripts/stack", "up"], cwd=pathlib.Path(__file__).resolve().parents[2], env=stack.environment, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(f"port {stack.ports['Q2O_PORT_MAPPER']} (Q2O_PORT_MAPPER) is taken", done.stderr)


if __name__ == "__main__":
    unittest.main()
