"""Names of hosts and domains, and what a word tells by its form: initiator names, e-mail addresses, serial numbers.

`of_host("worker-1.example.com")` gives the host's own name and its domain apart, so that each is known alone.
`of_word(word)` gives the names in a word that tells by itself that it names something.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from collector.anonymizing.book import Kind

_PUBLIC = re.compile(
    r"(?:.*\.)?(?:kubernetes\.io|k8s\.io|gcr\.io|quay\.io|docker\.(?:io|com)|ghcr\.io|github\.com|githubusercontent\.com"
    r"|golang\.org|google\.(?:com|golang\.org)|googleapis\.com|huawei\.(?:com|io)|redhat\.com|debian\.org|ubuntu\.com"
    r"|centos\.org|fedoraproject\.org|suse\.com|opensuse\.org|openeuler\.org|kernel\.org|gnu\.org|freedesktop\.org"
    r"|systemd\.io|containerd\.io|containerd\.org|nvmexpress\.org|linux-iscsi\.org|openstack\.org|mozilla\.org|apache\.org"
    r"|svc\.cluster\.local|cluster\.local|in-addr\.arpa)",
    re.IGNORECASE,
)
_FQDN = re.compile(
    r"(?<![0-9A-Za-z.-])(?:[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?\.)+"
    r"(?:com|net|org|cn|de|fr|uk|eu|ru|jp|kr|local|lan|intra|internal|corp|localdomain|cloud)"
    r"(?![0-9A-Za-z-]|\.[0-9A-Za-z])",
    re.IGNORECASE,
)
_MAIL = re.compile(r"([0-9A-Za-z][0-9A-Za-z._-]*)@(?=[0-9A-Za-z.-]+\.[A-Za-z]{2,})")
_QUALIFIED = re.compile(r"(?:iqn|nqn)\.[0-9]{4}-[0-9]{2}\.([0-9A-Za-z.-]+?):([0-9A-Za-z._:-]+)", re.IGNORECASE)
_SUFFIX = re.compile(r"-(?:lun|part)-?[0-9A-Fa-fx]+$")
_MAKERS = frozenset(["oceanstor", "dorado", "huawei", "uuid", "nvm-subsystem-sn"])
_BY_SERIAL = re.compile(
    r"(?:scsi-S|scsi-0|ata-|nvme-|usb-|virtio-)[0-9A-Za-z.-]+_(?:[0-9A-Za-z._-]*_)?([0-9A-Za-z-]{6,}?)(?:-part[0-9]+)?$"
)
_SERIAL = re.compile(r"21[0-9]{5}[0-9A-Za-z]{8,14}")  # Huawei's: 21, then the part number
_SLD = frozenset(["com", "net", "org", "gov", "edu", "ac", "co"])  # example.com.cn: three labels make the domain
_OPAQUE = re.compile(r"(?=.*[0-9A-Za-z])[0-9A-Za-z][0-9A-Za-z._-]{5,}")

Found = Iterator[tuple[Kind, str]]


def of_host(text: str) -> Found:
    """An address names nothing here: it is known by its form."""
    if is_address(text):
        return
    label, dot, domain = text.partition(".")
    yield Kind.NODE, label
    if dot and not _PUBLIC.fullmatch(domain):
        yield from _domain(domain)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def of_word(word: str) -> Found:
    if "." in word:
        for match in _QUALIFIED.finditer(word):
            yield from _qualified(match[1], match[2])
        if not word.lower().startswith(("iqn.", "nqn.")):
            yield from _hosts(word)
    for match in _SERIAL.finditer(word) if "21" in word else ():
        yield Kind.SERIAL, match[0]
    if (by_serial := _BY_SERIAL.search(word)) and not _SERIAL.fullmatch(by_serial[1]):
        yield Kind.SERIAL, by_serial[1]


def _hosts(word: str) -> Found:
    for mail in _MAIL.finditer(word) if "@" in word else ():
        yield Kind.PERSON, mail[1]
    for match in _FQDN.finditer(word.replace("@", " ")):
        if _PUBLIC.fullmatch(match[0]):
            continue
        labels = match[0].split(".")
        size = 3 if len(labels) > 2 and labels[-2].lower() in _SLD else 2
        yield from ((Kind.NODE, label) for label in labels[:-size])
        yield from _domain(".".join(labels[-size:]))


def _domain(domain: str) -> Found:
    yield Kind.DOMAIN, domain


def _qualified(authority: str, rest: str) -> Found:
    """The parts of an iSCSI or NVMe qualified name that are no identity by their form, and no maker's word."""
    reversed_domain = ".".join(reversed(authority.split(".")))
    if not _PUBLIC.fullmatch(reversed_domain):
        yield Kind.DOMAIN, authority
    for part in _SUFFIX.sub("", rest).split(":"):
        if _OPAQUE.fullmatch(part) and part.lower() not in _MAKERS and not is_address(part):
            yield Kind.INITIATOR, part.removeprefix("nvm-subsystem-sn-")
