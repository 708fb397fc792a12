"""Writes supervisord.conf for the local stack to standard output (called by scripts/stack)."""
import glob
import hashlib
import os
import pathlib
import shlex

root = os.environ["Q2O_ROOT"]
binaries = os.environ["Q2O_BIN"]
run = os.environ["Q2O_RUN"]
postgres_folder = os.environ["Q2O_POSTGRES"]
# Of a stack whose data is deleted at its end nothing has to be written then.
throwaway = os.environ.get("Q2O_THROWAWAY") == "yes"
services = ["identity", "billing", "connector", "mapper", "loader", "validator", "notifier"]


def quoted(*words):
    """A command line for supervisor: quoted words, and % doubled because supervisor expands it."""
    return " ".join(shlex.quote(word) for word in words).replace("%", "%%")


def program(name, command, priority, autostart="false", user=None, stop="TERM", seconds=1, extra=""):
    user_line = f"user={user}\n" if user else ""
    return (
        f"[program:{name}]\ncommand={command}\npriority={priority}\nautostart={autostart}\nautorestart=true\n"
        f"startretries=20\nstartsecs={seconds}\nstopsignal={stop}\nstopwaitsecs=15\nstopasgroup=false\nkillasgroup=true\n"
        f"redirect_stderr=true\nstdout_logfile={run}/log/{name}.log\nstdout_logfile_maxbytes=50MB\nstdout_logfile_backups=1\n"
        f"directory={root}\n{user_line}{extra}\n"
    )


print(
    f"""[supervisord]
logfile={run}/log/supervisord.log
pidfile={run}/supervisord.pid
childlogdir={run}/log
{"user=root" if os.geteuid() == 0 else ""}

[unix_http_server]
file={run}/supervisor.sock

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{run}/supervisor.sock
"""
)
postgres_port = os.environ["Q2O_PORT_POSTGRES"]
print(
    program(
        "postgres",
        quoted(
            "/usr/lib/postgresql/15/bin/postgres", "-D", f"{postgres_folder}/data", "-p", postgres_port, "-c", "listen_addresses=127.0.0.1",
            # TCP only: a socket's path may be too long in a deep checkout.
            "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "shared_buffers=256MB",
        ),
        10,
        user="postgres" if os.geteuid() == 0 else None,
        stop="QUIT" if throwaway else "INT",  # at once, or with a checkpoint
    )
)
print(
    program(
        "kafka",
        quoted(
            "java", "-Xmx512m", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={run}/kafka/etc/log4j2.properties", "-cp", f"{root}/.run/kafka/libs/*",
            "kafka.Kafka", f"{run}/kafka/etc/server.properties",
        ),
        20,
        stop="KILL" if throwaway else "TERM",
    )
)
sandbox_args = os.environ.get("Q2O_SANDBOX_ARGS", "")
print(
    program(
        "sandbox",
        quoted(
            f"{binaries}/sandbox/q2o-sandbox", "serve", "--quickbooks-port", os.environ["Q2O_PORT_SANDBOX_QUICKBOOKS"],
            "--odoo-port", os.environ["Q2O_PORT_SANDBOX_ODOO"], "--stripe-port", os.environ["Q2O_PORT_SANDBOX_STRIPE"],
            "--smtp-port", os.environ["Q2O_PORT_SANDBOX_SMTP"], "--mail-port", os.environ["Q2O_PORT_SANDBOX_MAIL"],
            "--mail-certificate-file", f"{run}/etc/sandbox_mail.pem",
            "--stripe-webhook-url", f"https://127.0.0.1:{os.environ['Q2O_PORT_EDGE']}/api/billing/webhook", "--stripe-webhook-ca-file", f"{run}/secrets/edge.crt", *shlex.split(sandbox_args),
        ),
        30,
    )
)
for service in services:
    print(program(service, quoted(f"{binaries}/services/{service}/q2o-{service}", "--config", f"{run}/etc/{service}.toml"), 50))
print(f"[group:services]\nprograms={','.join(services)}\npriority=50\n")

# The edge reads its configuration once: supervisor restarts it when that has changed, which it sees by these variables.
envoy = (glob.glob(f"{root}/.run/venv/lib/python3*/site-packages/envoy/_bin/envoy") or ["envoy"])[0]


def fingerprint(*paths):
    return hashlib.sha256(b"".join(pathlib.Path(path).read_bytes() for path in paths)).hexdigest()[:16]


contracts = f"{binaries}/proto/q2o.protoset"
secrets = f"{run}/secrets"
print(
    program(
        "edge",
        # Several edges on one machine (tests): no shared memory between them. One worker: locally there is little to carry.
        # The access log is written within a second instead of ten: people and tests read it.
        quoted(envoy, "-c", f"{run}/etc/envoy.yaml", "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning", "--drain-time-s", "3",
               "--file-flush-interval-msec", "1000"),
        60,
        extra=f'environment=Q2O_FINGERPRINT="{fingerprint(f"{run}/etc/envoy.yaml", contracts, f"{secrets}/edge.crt")}"\n',
    )
)
print(
    program(
        "web",
        quoted("/usr/sbin/nginx", "-c", f"{run}/etc/nginx.conf", "-p", run, "-e", "stderr"),
        60,
        stop="QUIT",
        extra=f'environment=Q2O_FINGERPRINT="{fingerprint(f"{run}/etc/nginx.conf")}"\n',
    )
)
