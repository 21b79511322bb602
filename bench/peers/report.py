"""Puts a table into the README: report.py README.md NAME < TABLE"""

import sys
from pathlib import Path


def put(readme, name, text):
    """Replaces what stands between the marks of this name."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, rest = readme.read_text().split(begin)
    _, after = rest.split(end)
    readme.write_text(f"{before}{begin}\n{text.strip()}\n\n{end}{after}")


if __name__ == "__main__":
    put(Path(sys.argv[1]), sys.argv[2], sys.stdin.read())
