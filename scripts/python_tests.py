"""python_tests.py FOLDER OUT.xml [JOBS]: runs the tests written in Python and writes their results like a GoogleTest XML file.

With JOBS, each class of tests runs in a process of its own, so many side by side, and has its own file: OUT.CLASS.xml."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml


def run(suite, name, out):
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    bad = len(result.failures) + len(result.errors)
    root = xml.Element("testsuites", tests=str(result.testsRun), failures=str(bad), disabled="0", errors="0", name="python")
    parent = xml.SubElement(root, "testsuite", name=name, tests=str(result.testsRun), failures=str(bad), skipped=str(len(result.skipped)))
    for number in range(result.testsRun - len(result.skipped) - bad):
        xml.SubElement(parent, "testcase", name=f"passed{number}", status="run", result="completed")
    for test, _ in result.failures + result.errors:
        xml.SubElement(xml.SubElement(parent, "testcase", name=str(test), status="run", result="completed"), "failure")
    for test, reason in result.skipped:
        xml.SubElement(parent, "testcase", name=str(test), status="run", result="skipped", reason=reason)
    xml.ElementTree(root).write(out)
    return 1 if bad or result.testsRun == 0 else 0


def cases(suite):
    for one in suite:
        yield from cases(one) if isinstance(one, unittest.TestSuite) else [one]


def run_class(folder, name, out):
    done = subprocess.run([sys.executable, __file__, folder, str(out), "0", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"--- {name}\n{done.stdout}", flush=True)
    return done.returncode


def main(folder, out, jobs="0", only=""):
    sys.path.insert(0, folder)
    loader = unittest.TestLoader()
    if only:
        return run(loader.loadTestsFromName(only), folder, out)
    suite = loader.discover(folder, pattern="test_*.py", top_level_dir=folder)
    if int(jobs) == 0:
        return run(suite, folder, out)
    # The longest first (a class may say `long = True`), so that the end does not wait for one.
    classes = sorted({type(test) for test in cases(suite)}, key=lambda c: (not getattr(c, "long", False), c.__module__, c.__qualname__))
    if any(c.__module__.startswith("unittest.loader") for c in classes):
        return run(suite, folder, out)  # a file that cannot be read: said as unittest says it
    file = pathlib.Path(os.path.abspath(out))
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        running = [pool.submit(run_class, folder, f"{c.__module__}.{c.__qualname__}", file.with_suffix(f".{c.__name__}.xml")) for c in classes]
        # Not the greatest: a process that a signal has ended has a negative code.
        return 1 if not running or any(one.result() != 0 for one in running) else 0


sys.exit(main(*sys.argv[1:]))
