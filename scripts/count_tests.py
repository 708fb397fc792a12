"""Counts the test cases of all GoogleTest XML files in the folders given; prints why tests were skipped and the closing line."""
import collections
import pathlib
import sys
import xml.etree.ElementTree as xml

passed = failed = skipped = 0
reasons = collections.Counter()
for folder in sys.argv[1:]:
    files = sorted(pathlib.Path(folder).glob("*.xml"))
    for file in files:
        for case in xml.parse(file).getroot().iter("testcase"):
            if case.find("failure") is not None:
                failed += 1
                print(f"failed: {file.stem} {case.get('classname', '')}.{case.get('name')}")
            elif case.get("result") == "skipped" or case.find("skipped") is not None:
                skipped += 1
                message = case.find("skipped").get("message", "") if case.find("skipped") is not None else case.get("reason", "")
                reasons[message.strip().splitlines()[-1] if message.strip() else "no reason given"] += 1
            elif case.get("status") != "notrun":
                passed += 1
for reason, count in reasons.most_common():
    print(f"skipped {count}: {reason}")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or passed == 0 else 0)
