"""A clinic in one folder, run by the command line: seconds and peak memory, once and again.

The example of ``iopkit init`` with more patients, and rooms, clinicians and groups for them:
``python benchmarks/clinics.py 300 3000``.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from iopkit.cli import main

SEATS = 16
"""In each evening group and morning group together."""


def make(folder: Path, patients: int) -> None:
    """A clinic's folder with so many patients, of two kinds: in the evening and in the morning."""
    main(["init", str(folder), "--start", "2026-02-02"])
    for path in [*(folder / "patients").iterdir()]:
        record = json.loads(path.read_text(encoding="utf-8"))
        path.unlink()
        if path.stem in ("amber", "basil"):
            for number in range(path.stem == "basil", patients, 2):
                text = json.dumps({**record, "key": str(UUID(int=number + 1, version=4))})
                (folder / "patients" / f"p{number}.json").write_text(text, encoding="utf-8")
    settings, site, groups = (folder / f"{name}.toml" for name in ("clinic", "site", "groups"))
    settings.write_text(settings.read_text(encoding="utf-8").partition("[[patients]]")[0])
    more = range(patients // SEATS + 1)
    text = groups.read_text(encoding="utf-8").partition("[[candidates]]")[0]
    head, *blocks = text.split("[[groups]]")
    text = head + "".join(f"[[groups]]{_numbered(each, n)}" for n in more for each in blocks)
    groups.write_text(text, encoding="utf-8")
    text = site.read_text(encoding="utf-8")
    for n in more:
        for name in ("Large room", "Small room"):
            text += f'\n[[rooms]]\nname = "{name} {n}"\nseats = 12\n'
        for name in ("Ash", "Birch"):
            text += f'\n[[clinicians]]\nname = "{name} {n}"\n'
    site.write_text(text, encoding="utf-8")


def _numbered(block: str, number: int) -> str:
    for word in ("evening", "morning", "Large room", "Small room", "Ash", "Birch"):
        block = block.replace(f'"{word}"', f'"{word} {number}"')
    block = block.replace('language = "en"', "")
    return block.replace("capacity = 6", "capacity = 8").replace("capacity = 10", "capacity = 8")


def timed(folder: Path) -> str:
    """How long a run takes, and how much memory at most."""
    began = perf_counter()
    words = [sys.executable, "-m", "iopkit", "run", str(folder), "--as-of", "2026-01-20T09:00"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    cpu = used.ru_utime + used.ru_stime
    return f"{perf_counter() - began:.1f} s ({cpu:.1f} s of work), {used.ru_maxrss / 1024:.0f} MB"


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ["300"]):
        with TemporaryDirectory() as place:
            clinic = Path(place) / "clinic"
            make(clinic, count)
            print(f"{count} patients: {timed(clinic)}, again {timed(clinic)}")
