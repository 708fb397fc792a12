"""Takes Envoy's two contracts that we speak (asking about a call, the access log), with all they import, out of the jar they are published in.
unpack_protos.py JAR FOLDER"""
import pathlib
import re
import sys
import zipfile

ROOTS = ["envoy/service/auth/v3/external_auth.proto", "envoy/service/accesslog/v3/als.proto"]
# These come with scripts/requirements.txt and protoc.
ELSEWHERE = ("google/",)


def main():
    jar, folder = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
    wanted, seen = list(ROOTS), set()
    while wanted:
        name = wanted.pop()
        if name in seen or name.startswith(ELSEWHERE):
            continue
        seen.add(name)
        text = jar.read(name).decode()
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        wanted += re.findall(r'^import (?:public )?"([^"]+)";', text, re.MULTILINE)


if __name__ == "__main__":
    main()
