"""`EncryptedFile(path, recipients)`: like `NewFile`, but what gets onto the disk only the recipients can read.

Input    recipients, made by `recipients_of` of words: `age1…`, `ssh-ed25519 …`, `ssh-rsa …`, or a file of such lines.
Output   a file in age's binary form; offsets count plain bytes; the sha256 is that of the encrypted file.
How      the plain bytes go through memory to a thread that encrypts; no more of them is held than one `append` brings.
         Ctrl-C during an `append` may leave its bytes in the stream, whole: the next ones come after them, as told.
Errors   `BundleError`, one sentence, after which nothing is left.
Source   C2SP age.md; age(1), "Recipients and identities".
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bundle.layout import BundleError
from bundle.new_file import NewFile

if TYPE_CHECKING:
    from pyrage import ssh, x25519

    Recipient = ssh.Recipient | x25519.Recipient

_MOST_BYTES = 64 * 1024  # of a file of recipients
_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how each of them begins, and none


class EncryptedFile:
    def __init__(self, path: Path, recipients: Sequence[Recipient]) -> None:
        self._file = NewFile(path)
        self._plain = _Plain()
        self._problem: BundleError | None = None
        self._path = path
        self._thread = threading.Thread(target=self._encrypt, args=(recipients,), daemon=True)
        self._thread.start()

    def append(self, data: bytes) -> int:
        """The offset of `data` among the plain bytes."""
        offset = self._plain.hand_over(data)
        if self._problem is not None:
            raise self._problem
        return offset

    def finish(self) -> str:
        self._end()
        if self._problem is not None:
            raise self._problem
        return self._file.finish()

    def discard(self) -> None:
        self._end()
        self._file.discard()

    def _end(self) -> None:
        self._plain.end()
        self._thread.join()

    def _encrypt(self, recipients: Sequence[Recipient]) -> None:
        import pyrage  # noqa: PLC0415 - only who encrypts waits for it

        sink = _Sink(self._file)
        try:
            pyrage.encrypt_io(cast(BufferedIOBase, self._plain), cast(BufferedIOBase, sink), recipients)
        except BaseException as error:  # whatever it is, who hands over must be told, and not wait for ever
            self._problem = sink.problem or BundleError(f"{self._path} cannot be encrypted ({error}); collect again.")
            self._file.discard()
            while self._plain.read(_MOST_BYTES):
                pass


@dataclass(slots=True)
class _Piece:
    data: memoryview
    offset: int = 0
    read: threading.Event = field(default_factory=threading.Event)


class _Plain:
    """What is handed over at one end, and read as a file at the other, in another thread."""

    def __init__(self) -> None:
        self._pieces: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._piece = _Piece(memoryview(b""))
        self._position = 0  # counted by the reading thread, which no Ctrl-C interrupts
        self._ended = False

    def hand_over(self, data: bytes) -> int:
        piece = _Piece(memoryview(data))
        self._pieces.put(piece)
        piece.read.wait()
        return piece.offset

    def end(self) -> None:
        self._pieces.put(None)

    def read(self, size: int) -> bytes:
        while not self._piece.data and not self._ended:
            self._piece.read.set()
            self._next()
        data = bytes(self._piece.data[:size])
        self._piece.data = self._piece.data[size:]
        self._position += len(data)
        return data

    def _next(self) -> None:
        piece = self._pieces.get()
        if piece is None:
            self._ended = True
        else:
            self._piece = piece
            piece.offset = self._position


class _Sink:
    """The new file as pyrage writes it; keeps the sentence that pyrage would lose."""

    def __init__(self, file: NewFile) -> None:
        self._file = file
        self.problem: BundleError | None = None

    def write(self, data: bytes) -> int:
        try:
            self._file.append(data)
        except BundleError as error:
            self.problem = error
            raise
        return len(data)

    def flush(self) -> None:
        return None


def recipients_of(words: Sequence[str]) -> tuple[Recipient, ...]:
    return tuple(recipient for word in words for recipient in _recipients(word))


def _recipients(word: str) -> Iterator[Recipient]:
    if word.startswith(("age1", "ssh-", _SECRET)):
        yield _recipient(word, repr(word))
        return
    lines = [line.strip() for line in _text(Path(word)).splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if not keys:
        raise BundleError(f"{word} names nobody to encrypt to; write a line `age1…` or `ssh-ed25519 …` into it.")
    for key in keys:
        yield _recipient(key, f"a line of {word}")


def _recipient(key: str, where: str) -> Recipient:
    from pyrage import RecipientError, ssh, x25519  # noqa: PLC0415 - only who encrypts waits for it

    if key.startswith(_SECRET):  # never repeated
        raise BundleError("what was given to encrypt to is a secret key; give the public one, which begins with age1.")
    with contextlib.suppress(RecipientError):
        return ssh.Recipient.from_str(key) if key.startswith("ssh-") else x25519.Recipient.from_str(key)
    raise BundleError(f"{where} is nobody to encrypt to; give a public key, `age1…`, `ssh-ed25519 …` or `ssh-rsa …`.")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) <= _MOST_BYTES:
            return data.decode()
    except OSError as error:
        raise BundleError(
            f"{path} is neither a public key nor a file of them that can be read ({error.strerror}); give age1…"
        ) from None
    except UnicodeDecodeError:
        pass
    raise BundleError(f"{path} is no file of public keys; give age1… or a file with one a line.")
