"""Runs the unit tests written in Python (the loader's server action) and writes their counts like a GoogleTest XML file."""
import sys
import unittest
import xml.etree.ElementTree as xml

suite = unittest.defaultTestLoader.discover("services/loader/action", pattern="test_*.py", top_level_dir="services/loader/action")
result = unittest.TextTestRunner(verbosity=0).run(suite)
bad = len(result.failures) + len(result.errors)
root = xml.Element("testsuites", tests=str(result.testsRun), failures=str(bad), disabled="0", errors="0", name="python")
case_parent = xml.SubElement(root, "testsuite", name="q2o_action", tests=str(result.testsRun), failures=str(bad), skipped=str(len(result.skipped)))
for number in range(result.testsRun - len(result.skipped) - bad):
    xml.SubElement(case_parent, "testcase", name=f"passed{number}", status="run", result="completed")
for test, _ in result.failures + result.errors:
    xml.SubElement(xml.SubElement(case_parent, "testcase", name=str(test), status="run", result="completed"), "failure")
for test, reason in result.skipped:
    xml.SubElement(case_parent, "testcase", name=str(test), status="run", result="skipped", reason=reason)
xml.ElementTree(root).write(sys.argv[1])
sys.exit(1 if bad or result.testsRun == 0 else 0)
