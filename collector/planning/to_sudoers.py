"""The program that is to lie on the nodes -> the sudoers lines that allow it to one user, and nothing else.

Input    the program's bytes, the user (or %group) who logs in, where it will lie.
Output   lines of a sudoers file; what installs it stands above them as comments.
Errors   none; `is_sudoers_user` and `is_program` say beforehand what can stand in such a line.
Source   sudoers(5): Digest_Spec (sudo 1.8.7 and newer), `""` for no arguments.

sudo compares the digest each time, and runs the very file that it has compared.  A shell in sudoers, or a program that
takes arguments or a script, would allow everything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

_USER = re.compile(r"%?[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_ALIAS = re.compile(r"[A-Z][A-Z0-9_]*")  # sudoers reads such a word as an alias, ALL as everybody


def is_sudoers_user(word: str) -> bool:
    return _USER.fullmatch(word) is not None and _ALIAS.fullmatch(word) is None


def to_sudoers(program: bytes, *, file_name: str, user: str, path: str) -> Iterator[str]:
    digest = hashlib.sha256(program).hexdigest()
    yield f"# {user} may run one program as root: this file, unchanged and without arguments.  Nothing else."
    yield "#"
    yield "# On each node, as root, in the folder with this file and the program:"
    yield f"#   install -o root -g root -m 0700 {file_name} {path}"
    yield "#   visudo -cf csi-triage.sudoers"
    yield "#   install -o root -g root -m 0440 csi-triage.sudoers /etc/sudoers.d/csi-triage"
    yield "# Then, on the host that collects:"
    yield f"#   csi-collector collect --node-program {path} ..."
    yield "# To take it back:"
    yield f"#   rm /etc/sudoers.d/csi-triage {path}"
    yield f"Defaults!{path} !requiretty"
    yield f'{user} ALL=(root) NOPASSWD: sha256:{digest} {path} ""'
