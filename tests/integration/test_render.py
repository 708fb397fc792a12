"""What deploy/envoy/render.py makes of variables, without a stack."""
import os
import subprocess
import tempfile
import unittest

from ports import free_ports
from stack import ROOT, wait_until


class Pages(unittest.TestCase):
    def rendered(self, **variables):
        environment = {**os.environ, "Q2O_PORT_WEB": "15499", **variables}
        return subprocess.run(
            [ROOT / ".run/venv/bin/python", ROOT / "deploy/envoy/render.py", "--nginx"], env=environment, check=True, capture_output=True, text=True, timeout=30
        ).stdout

    def test_listen_where_it_is_said_and_else_on_this_machine_only(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("listen 127.0.0.1:15499;", self.rendered(Q2O_RUN=folder))
            other = self.rendered(Q2O_RUN=folder, Q2O_WEB_ADDRESS="0.0.0.0", Q2O_WEB_ROOT="/srv/web")
            self.assertIn("listen 0.0.0.0:15499;", other)
            self.assertIn("root /srv/web;", other)
            self.assertNotRegex(other, "@[A-Z]+@", "nothing is left to fill in")

    def test_nginx_takes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(f"{folder}/nginx")
            user = "user root;" if os.geteuid() == 0 else ""
            (port,) = free_ports(1)
            with open(f"{folder}/nginx.conf", "w") as file:
                file.write(self.rendered(Q2O_RUN=folder, Q2O_WEB_USER=user, Q2O_WEB_ADDRESS="127.0.0.2", Q2O_PORT_WEB=str(port)))
            nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf", "-p", folder, "-e", "stderr"], stderr=subprocess.PIPE, text=True)
            try:
                wait_until(lambda: self.answers("127.0.0.2", port), 10, "the pages are there")
                self.assertFalse(self.answers("127.0.0.1", port), "on no other address")
            finally:
                nginx.terminate()
                nginx.communicate(timeout=10)

    @staticmethod
    def answers(host, port):
        done = subprocess.run(["curl", "-sf", "-o", "/dev/null", f"http://{host}:{port}/"], timeout=10)
        return done.returncode == 0


if __name__ == "__main__":
    unittest.main()
