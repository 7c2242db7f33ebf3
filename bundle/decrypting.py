"""`plain(path, identities, tell)`: an encrypted bundle's plain bytes, for as long as they are needed.

Input    a path, and the files of private keys: age's (`AGE-SECRET-KEY-1…` lines) or OpenSSH's (ed25519, rsa).
Output   what `BundleReader` reads: the path itself where the file is not encrypted, else `Decrypted`.  Its plain bytes
         lie in a file without a name in $TMPDIR, which is gone with the process however that ends.
Errors   `BundleError`: no key, the wrong key, damage.  Of a file that is cut off or damaged later on comes what was
         whole before, each part of which age has authenticated; `tell` gets a sentence.
Source   C2SP age.md.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from bundle.layout import BundleError

if TYPE_CHECKING:
    from pyrage import ssh, x25519

    Identity = ssh.Identity | x25519.Identity

ENCRYPTED = (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")
_MOST_BYTES = 64 * 1024  # of a file of private keys
_OPEN_FILES = Path("/proc/self/fd")
ASK_FOR_KEY = "is encrypted; give --identity FILE, the private key that it was encrypted to"


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A bundle that is spoken of as `path` and read from `file`."""

    path: Path
    file: Path

    def __str__(self) -> str:
        return str(self.path)


Source = Path | Decrypted


def is_encrypted(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(max(map(len, ENCRYPTED))).startswith(ENCRYPTED)
    except OSError:
        return False  # who reads it tells why


@contextmanager
def plain(path: Path, identities: Sequence[Path], tell: Callable[[str], None]) -> Iterator[Source]:
    if not is_encrypted(path):
        yield path
        return
    if not identities:
        raise BundleError(f"{path} {ASK_FOR_KEY}.")
    keys = [key for file in identities for key in _keys(file, tell)]
    if not _OPEN_FILES.is_dir():
        raise BundleError(f"{path} cannot be decrypted here, without /proc; decrypt it with age, and give what comes.")
    with _nameless_file() as file:
        _decrypt(path, file, keys, tell)
        yield Decrypted(path, Path(f"/proc/{os.getpid()}/fd/{file.fileno()}"))


def _nameless_file() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise _no_room(error) from None


def _no_room(error: OSError) -> BundleError:
    return BundleError(
        f"nothing can be decrypted to {tempfile.gettempdir()} ({error.strerror}); let TMPDIR name a folder with room."
    )


def _decrypt(path: Path, file: IO[bytes], keys: Sequence[Identity], tell: Callable[[str], None]) -> None:
    import pyrage  # noqa: PLC0415 - only who decrypts waits for it

    sink = _Sink(file)
    try:
        with path.open("rb") as encrypted:
            pyrage.decrypt_io(encrypted, cast(BufferedIOBase, sink), keys)
    except Exception as error:  # pyrage tells neither a full disk nor damage by a type of its own
        if sink.problem is not None:
            raise _no_room(sink.problem) from None
        if "matching keys" in str(error):
            raise BundleError(f"{path} was not encrypted to this key; give --identity the right one.") from None
        if not file.tell():
            why = str(error).partition("\n")[0].rstrip(".")
            raise BundleError(f"{path} is damaged ({why}); copy it again and compare its sha256.") from None
        tell(f"{path} is cut off or damaged; what came whole before that is read")


class _Sink:
    """The plain file as pyrage writes it; keeps the error that pyrage would lose."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.problem: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.problem = error
            raise

    def flush(self) -> None:
        return None


def _keys(file: Path, tell: Callable[[str], None]) -> tuple[Identity, ...]:
    from pyrage import IdentityError  # noqa: PLC0415 - only who decrypts waits for it

    content, mode = _read(file)
    if content.startswith(ENCRYPTED):
        raise BundleError(f"{file} is protected by a passphrase; give --identity <(age -d {file}).")
    try:
        keys = tuple(_parsed(content))
    except IdentityError as error:
        locked = "decrypted first" in str(error)
        why = "is protected by a passphrase: give an age key, or a copy without one" if locked else _NO_KEY
        raise BundleError(f"{file} {why}.") from None
    if not keys:
        raise BundleError(f"{file} {_NO_KEY}.")
    if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        tell(f"{file} is a private key that others can read; `chmod 600` it")
    return keys


def _parsed(content: bytes) -> Iterator[Identity]:
    from pyrage import ssh, x25519  # noqa: PLC0415 - see `_keys`

    if b"PRIVATE KEY-----" in content:
        yield ssh.Identity.from_buffer(content)
        return
    lines = [line.strip() for line in content.decode("ascii", "replace").splitlines()]
    yield from (x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#"))


_NO_KEY = "is no private key of age or OpenSSH (ed25519, rsa); give the file that age-keygen or ssh-keygen made"


def _read(file: Path) -> tuple[bytes, int]:
    """Its content and mode, which a pipe has too."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BundleError(f"{file} cannot be read ({error.strerror}); give --identity a private key.") from None
    if len(content) > _MOST_BYTES:
        raise BundleError(f"{file} {_NO_KEY}.")
    return content, mode
