"""The recording that a replayed node's tools answer from, and what was changed on the node.

Runs inside the node with nothing but the standard library.
"""

import json
import os
from pathlib import Path

import changes


class Recorded:
    """The recording, and what was changed on the node."""

    def __init__(self, path):
        data = json.loads(Path(path).read_text())
        self.answers, self.listed = data["answers"], data["listed"]
        self.changed = json.loads(changes.STATE.read_text())

    def of(self, probe):
        found = self.answers[probe]
        return found["out"], found["err"], found["code"]

    def maps(self):
        """`{name: (uuid, dm)}` of the maps that are still there."""
        rows = (line.split("|") for line in self.of("dmsetup_info")[0].splitlines() if "|" in line)
        return {row[0]: (row[1], row[8]) for row in rows if row[0] not in self.changed["maps"]}

    def map_called(self, name):
        """The map with this name, WWID, UUID, dm name or device file; None when there is none."""
        real = Path(os.path.realpath(name)).name if "/" in name else name
        for own, (uuid, dm) in self.maps().items():
            if real in (own, uuid, uuid.removeprefix("mpath-"), dm):
                return own
        return None

    def in_use(self, name):
        if name in self.changed["unqueued"]:
            return False  # only readers stuck in its queue held it, and they have ended
        dm = self.maps()[name][1]
        opened = next(
            line.split("|")[4] for line in self.of("dmsetup_info")[0].splitlines() if line.startswith(f"{name}|")
        )
        device = Path(f"/sys/block/{dm}/dev").read_text().strip()
        mounted = any(line.split()[2] == device for line in Path("/proc/1/mountinfo").read_text().splitlines())
        return int(opened) > 0 or mounted
