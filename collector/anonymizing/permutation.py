"""Keyed permutations of short texts: the same key and text, the same answer; no two texts of a kind have one answer.

Input    digits of one alphabet, an IPv4 or IPv6 address in its usual form.
Output   as many characters of the same classes: an escape, a column or a pattern sees no difference.
How      digits by a Feistel network with modular addition (the construction of NIST SP 800-38G, FF1), walked on until
         the answer looks like the text; addresses octet by octet, each under the octets before it, so that addresses
         of one subnet stay in one.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from hashlib import blake2b

DECIMAL, HEX = "0123456789", "0123456789abcdef"
_MIXED = "0123456789abcdefABCDEF"
_ROUNDS = 8
_NO_HOST = frozenset((0, 255))  # of a network, and of all in it
_PRIVATE = {192: (168, 169), 172: (16, 32), 169: (254, 255)}  # second octets
_ALONE = frozenset((10, 127, 169, 172, 192))  # first octets of blocks with a meaning of their own


def digits(key: bytes, label: str, text: str) -> str:
    """Hex digits of any case -> as many; decimal ones stay decimal, and zeros stay zeros."""
    if not text.strip("0"):
        return text
    if text.isdigit():
        return _walked(key, label, text, DECIMAL)
    if text == text.upper():
        return _walked(key, label, text.lower(), HEX).upper()
    return _walked(key, label, text, HEX if text == text.lower() else _MIXED)


def ipv4(key: bytes, text: str) -> str:
    """Blocks that mean something (loopback, link-local, multicast, masks, private networks) stay themselves."""
    first, second, *rest = map(int, text.split("."))
    if first in (0, 127) or first >= 224 or (first, second) == (169, 254):
        return text
    done = [_first_octet(key, first), _second_octet(key, first, second)]
    before = [first, second]
    for octet in rest:
        done.append(octet if octet in _NO_HOST else _among(key, f"ipv4 {before}", octet, 1, 255))
        before.append(octet)
    return ".".join(map(str, done))


def ipv6(key: bytes, text: str) -> str:
    """Each group under the groups before it; what is short stays short, so `::` stays where it is."""
    groups = ipaddress.IPv6Address(text).exploded.split(":")
    if groups[0].startswith("ff") or text in ("::", "::1"):
        return text
    first_kept = 4 if groups[0].startswith("fe") else 2  # link-local; else the first two digits tell the kind
    before_gap, gap, after_gap = text.partition("::")
    left = before_gap.split(":") if before_gap else []
    right = after_gap.split(":") if after_gap else []
    told = [_group(key, groups[:number], written, 0 if number else first_kept) for number, written in enumerate(left)]
    told_right = [_group(key, groups[: 8 - len(right) + number], written, 0) for number, written in enumerate(right)]
    return ":".join(told) + gap + ":".join(told_right)


def _group(key: bytes, before: list[str], written: str, kept: int) -> str:
    """A group as it is written: its leading zeros are kept."""
    kept = max(kept, len(written) - len(written.lstrip("0")))
    return written[:kept] + digits(key, f"ipv6 {before}", written[kept:]) if written[kept:] else written


def _first_octet(key: bytes, octet: int) -> int:
    return octet if octet in _ALONE else _among(key, "ipv4", octet, 1, 224, _ALONE)


def _second_octet(key: bytes, first: int, octet: int) -> int:
    start, stop = _PRIVATE.get(first, (0, 0))
    if start <= octet < stop:
        return _among(key, f"ipv4 {first} private", octet, start, stop)
    return octet if octet in _NO_HOST else _among(key, f"ipv4 {first}", octet, 1, 255, frozenset(range(start, stop)))


def _among(key: bytes, label: str, octet: int, start: int, stop: int, but: frozenset[int] = frozenset()) -> int:
    """`octet` shuffled among those from start to stop that are written with as many digits."""
    digits_of = len(str(octet))
    alike = _members(start, stop, but, digits_of)
    return _shuffled(key, label, alike)[alike.index(octet)]


@lru_cache
def _members(start: int, stop: int, but: frozenset[int], length: int) -> tuple[int, ...]:
    return tuple(one for one in range(start, stop) if one not in but and len(str(one)) == length)


@lru_cache(maxsize=8192)
def _shuffled(key: bytes, label: str, members: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(members, key=lambda one: _number(key, label, 0, str(one))))


def _walked(key: bytes, label: str, text: str, alphabet: str) -> str:
    """Permuted again and again until it looks like the text did: a permutation of the texts that look alike."""
    found = _permuted(key, label, text, alphabet)
    while look(found) != look(text):
        found = _permuted(key, label, found, alphabet)
    return found


def look(text: str) -> tuple[int, bool, bool, bool]:
    """What must not change: its length, and whether it has small letters, big letters, or is zero."""
    return len(text), text != text.upper(), text != text.lower(), not text.strip("0")


def _permuted(key: bytes, label: str, text: str, alphabet: str) -> str:
    if len(text) == 1:
        order = sorted(alphabet, key=lambda one: _number(key, label, 0, one))
        return order[alphabet.index(text)]
    left, right = text[: len(text) // 2], text[len(text) // 2 :]
    for number in range(_ROUNDS):
        total = _value(left, alphabet) + _number(key, f"{label}/{len(text)}/{len(alphabet)}", number, right)
        left, right = right, _written(total, len(left), alphabet)
    return left + right


def _number(key: bytes, label: str, number: int, text: str) -> int:
    said = f"{label}\0{number}\0{text}".encode()
    return int.from_bytes(blake2b(said, key=key, digest_size=16).digest())


def _value(text: str, alphabet: str) -> int:
    value = 0
    for character in text:
        value = value * len(alphabet) + alphabet.index(character)
    return value


def _written(value: int, length: int, alphabet: str) -> str:
    found = []
    for _ in range(length):
        value, rest = divmod(value, len(alphabet))
        found.append(alphabet[rest])
    return "".join(reversed(found))
