"""What stands for what: the names and identities of one map, issued once, the same ever after.

Input    names of kinds; identities by form.  Output  a pseudonym each, told from the key alone where it can be.
         Names that are known together are ranked, so that they sort as the real ones do: a report of them reads in the
         same order.  A pseudonym is as long as its name where its kind's word and rank fit, and no two are alike.
Errors   none.  A text that looks like an issued pseudonym is itself taken for a name: so the way back is exact.
Several threads may ask one book.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import blake2b

from collector.anonymizing import permutation
from collector.anonymizing.grammars import Form, identity_at
from collector.anonymizing.ordinary import is_kept, is_ordinary, phrases
from collector.anonymizing.spelling import spelled
from collector.anonymizing.words import runs_of

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Kind(StrEnum):
    """What a name names.  The value begins the pseudonym, the longest word that fits: none of them makes an escape
    behind `\\` or `%`, and none is all hex digits."""

    NODE = "server srv s"
    DOMAIN = "domain dom dn"
    SPACE = "space sp"
    WORKLOAD = "work w"
    POD = "pod p"
    CLAIM = "claim cl"
    VOLUME = "lun l"
    CLASS = "class cs"
    STORAGE = "storage stor st"
    SERIAL = "serial sn"
    INITIATOR = "iqn i"
    MAP = "map m"
    GROUP = "group gr g"
    CONTAINER = "container ctr ct"
    LABEL = "label lb"
    PATH = "path pt"
    PERSON = "person per"
    OTHER = "other o"

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.value.split())


class Book:
    """`names` and `identities` lead from the real one to what stands for it; `kept` are names that stay."""

    def __init__(self, key: bytes = b"") -> None:
        self.key = key or secrets.token_bytes(32)
        self.names: dict[str, str] = {}
        self.kinds: dict[str, Kind] = {}
        self.real: dict[str, str] = {}  # by pseudonym
        self.heads: dict[str, int] = {}
        self.identities: dict[Form, dict[str, str]] = defaultdict(dict)
        self._real: dict[Form, dict[str, str]] = defaultdict(dict)
        self.kept: set[str] = set()
        self.verbatim: set[str] = set()  # identities that are to stay: boot ids, versions that look like addresses
        self.software: set[str] = set()  # names that stay wherever they stand
        self._lock = threading.Lock()
        for phrase in phrases():
            self._head(phrase)

    def enter(self, found: Iterable[tuple[Kind, str]]) -> int:
        """Take names into the book; returns how many were new."""
        with self._lock:
            new = {name: kind for kind, name in reversed(list(found)) if not self._is_known(name)}
            self.kept |= {name for name in new if is_ordinary(name)}
            wanted = {name: kind for name, kind in sorted(new.items()) if not is_kept(name) and not _is_identity(name)}
            for name, pseudonym in self._ranked(wanted) if not self.names else ():
                self._issue(wanted[name], name, pseudonym)
            for name, kind in wanted.items():
                if not self._is_known(name):
                    self._issue(kind, name, self._free(kind, name))
            return len(wanted)

    def _is_known(self, name: str) -> bool:
        return self._stays(name) or spelled(name, self.names) is not None

    def keep(self, names: Iterable[str]) -> None:
        """Names of software stay."""
        for name in names:
            self.software.add(name)
            self._head(name)

    def _stays(self, name: str) -> bool:
        return name in phrases() or name in self.software

    def restore(self, kind: Kind, name: str, pseudonym: str) -> None:
        """As an earlier run issued it."""
        self._enter(kind, name, pseudonym)

    def enter_pairs(self, kind: Kind, pairs: Mapping[str, str]) -> None:
        """Names made of other names, whose pseudonyms are made of theirs."""
        with self._lock:
            for name, pseudonym in pairs.items():
                if name != pseudonym and name not in self.names and not _is_identity(name):
                    self._issue(kind, name, pseudonym)

    def hide_name(self, text: str) -> str | None:
        if self._stays(text):
            return text
        found = spelled(text, self.names)
        if found is None and (looks_like := spelled(text, self.real)) is not None and looks_like != text:
            self.enter([(Kind.OTHER, text)])
            found = self.names.get(text)
        return found

    def reveal_name(self, text: str) -> str | None:
        return text if self._stays(text) else spelled(text, self.real)

    def hide_together(self, form: Form, texts: Iterable[str]) -> None:
        """Identities that are known together: what stands for them sorts as they do."""
        alike: dict[object, list[str]] = defaultdict(list)
        for text in sorted(texts):
            if text not in self.verbatim and text not in self.identities[form]:
                alike[permutation.look(text)].append(text)
        for group in alike.values():
            self.identities[form] |= zip(group, sorted(self._swapped(form, text) for text in group), strict=True)

    def hide(self, form: Form, text: str) -> str:
        if text in self.verbatim:
            return text
        if _is_big(text):
            return self.hide(form, text.lower()).upper()
        known = self.identities[form]
        if text not in known:
            known[text] = self._swapped(form, text)
        return known[text]

    def reveal(self, form: Form, text: str) -> str:
        if _is_big(text):
            return self.reveal(form, text.lower()).upper()
        if len(self._real[form]) != len(self.identities[form]):
            self._real[form] = {told: real for real, told in self.identities[form].items()}
        return self._real[form].get(text, text)

    def _swapped(self, form: Form, text: str) -> str:
        told = text
        while True:
            match form:
                case Form.IPV4:
                    told = permutation.ipv4(self.key, told)
                case Form.IPV6:
                    told = permutation.ipv6(self.key, told)
                case _:
                    told = permutation.digits(self.key, form, told)
            if told not in self.verbatim:
                return told

    def _ranked(self, wanted: Mapping[str, Kind]) -> Iterable[tuple[str, str]]:
        """Pseudonyms that sort as the names do, within a kind."""
        for kind, number in Counter(wanted.values()).items():
            names = [name for name, its in wanted.items() if its is kind]
            width = len(str(number))
            long_enough = [name for name in names if len(name) > width + len(kind.words[-1])]
            room = min(map(len, long_enough), default=0) - width - 1
            word = next((word for word in kind.words if len(word) <= room), kind.words[-1])
            for rank, name in enumerate(names, 1):
                yield name, _formed(name, word, f"{rank:0{width}}")

    def _free(self, kind: Kind, name: str) -> str:
        """A pseudonym from the key, for a name that was met later than the others."""
        for number in range(1000):
            digest = blake2b(f"{kind}\0{number}\0{name}".encode(), key=self.key).digest()
            told = "z" + "".join(_LETTERS[byte % 36] for byte in digest)[: max(4, len(name) - len(kind.words[-1]) - 2)]
            pseudonym = _formed(name, kind.words[-1], told)
            if pseudonym not in self.real and pseudonym not in self.names:
                return pseudonym
        raise AssertionError("a thousand pseudonyms were taken")

    def _issue(self, kind: Kind, name: str, pseudonym: str) -> None:
        if pseudonym in self.real or pseudonym in self.names:
            pseudonym = self._free(kind, name)
        self._enter(kind, name, pseudonym)
        if name not in (name.lower(), name.upper()) and name.lower() not in self.names:
            self._issue(kind, name.lower(), pseudonym.lower())

    def _enter(self, kind: Kind, name: str, pseudonym: str) -> None:
        self._head(name)
        self._head(pseudonym)
        self.kinds[name] = kind
        self.real[pseudonym] = name
        self.names[name] = pseudonym

    def _head(self, name: str) -> None:
        head, most = runs_of(name)
        self.heads[head] = max(self.heads.get(head, 0), most)


def _formed(name: str, word: str, told: str) -> str:
    """With a dash if the name has one, as long as the name if it may be, and in the name's letters."""
    dash = "-" if "-" in name else ""
    text = f"{word}{dash}{told}".ljust(len(name), "x")
    if name == name.upper() and name != name.lower():
        return text.upper()
    return text if name == name.lower() else text.capitalize()


def _is_identity(name: str) -> bool:
    """Known by its form: an address, a WWN, or `pvc-` and a UUID."""
    start = len("pvc-") if name.startswith(("pvc-", "pvc_")) else 0
    found = identity_at(name, start, lambda form, text: f"{text}!")
    return found is not None and found[0] == len(name)


def _is_big(text: str) -> bool:
    """In capitals: what stands for it is that of the small letters."""
    return text != text.lower() and text == text.upper()
