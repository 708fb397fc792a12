"""python_tests.py FOLDER OUT.xml: runs the tests written in Python and writes their results like a GoogleTest XML file."""
import sys
import unittest
import xml.etree.ElementTree as xml

folder, out = sys.argv[1], sys.argv[2]
suite = unittest.defaultTestLoader.discover(folder, pattern="test_*.py", top_level_dir=folder)
result = unittest.TextTestRunner(verbosity=1).run(suite)
bad = len(result.failures) + len(result.errors)
root = xml.Element("testsuites", tests=str(result.testsRun), failures=str(bad), disabled="0", errors="0", name="python")
case_parent = xml.SubElement(root, "testsuite", name=folder, tests=str(result.testsRun), failures=str(bad), skipped=str(len(result.skipped)))
for number in range(result.testsRun - len(result.skipped) - bad):
    xml.SubElement(case_parent, "testcase", name=f"passed{number}", status="run", result="completed")
for test, _ in result.failures + result.errors:
    xml.SubElement(xml.SubElement(case_parent, "testcase", name=str(test), status="run", result="completed"), "failure")
for test, reason in result.skipped:
    xml.SubElement(case_parent, "testcase", name=str(test), status="run", result="skipped", reason=reason)
xml.ElementTree(root).write(out)
sys.exit(1 if bad or result.testsRun == 0 else 0)
