"""Messages that come again and out of order, and bytes in a topic that are no messages."""
import pathlib
import subprocess

from kills import is_running
from lab import Broken, Handover, wait_until

TOPICS = (
    "q2o.billing.migration.v1", "q2o.connector.raw.v1", "q2o.connector.status.v1", "q2o.mapper.mapped.v1", "q2o.mapper.status.v1",
    "q2o.loader.result.v1", "q2o.loader.status.v1", "q2o.validator.report.v1",
)  # fmt: skip


def disturber(lab, *words):
    binary = pathlib.Path(lab.stack.binaries) / "tests/robustness/q2o-disturber"
    return subprocess.Popen([str(binary), f"127.0.0.1:{lab.stack.ports['Q2O_PORT_KAFKA']}", *words], stdout=subprocess.PIPE, text=True)


def three_times(lab, process):
    """Everything that is published comes twice more, shuffled between the migrations that share the topics."""
    second = disturber(lab, "repeat", "2", *TOPICS)
    try:
        process.wait(280)
    finally:
        second.terminate()
        out, _ = second.communicate(timeout=30)
    repeated = int(out.split()[-1]) if out.split() else 0
    if repeated < 200:
        raise Broken(f"only {repeated} messages were repeated")
    return Handover(None, process, f"{repeated} repeated messages")


def dead_letters(lab):
    return sum(lab_count(lab, service) for service in ("billing", "connector", "mapper", "loader", "validator", "notifier"))


def lab_count(lab, service):
    done = subprocess.run(
        ["kcat", "-b", f"127.0.0.1:{lab.stack.ports['Q2O_PORT_KAFKA']}", "-C", "-t", f"q2o.{service}.dlq.v1", "-e", "-q", "-o", "beginning", "-f", "."],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return len(done.stdout)


def garbage(lab, process):
    """Bytes that are no message, in every topic, while a run goes on."""
    is_running(lab, process)
    before = dead_letters(lab)
    done = disturber(lab, "garbage", "25", *TOPICS)
    out, _ = done.communicate(timeout=60)
    sent = int(out.split()[-1])
    process.wait(280)
    # Every consumer of a topic puts what it cannot read among its own dead letters; the result topic has no reader.
    wait_until(lambda: dead_letters(lab) - before >= sent * 7 // 8, 30, "what cannot be read lies among the dead letters")
    return Handover(None, process, f"{sent} spoilt messages, {dead_letters(lab) - before} dead letters")


CASES = {
    "thrice": ("every message three times", "shuffled between migrations", three_times),
    "garbage": ("corrupted bytes in every topic", "25 messages each", garbage),
}


def run(lab, names, say):
    for name in names:
        fault, text, disturb = CASES[name]
        yield say(lab.case(fault, text, disturb))
