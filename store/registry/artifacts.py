"""The bytes of registered models, by their SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from store.errors import ArtefactError
from store.files import sync_folder, write_durably


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Artifacts:
    """A folder of files named by what is in them. It knows nothing of models.

    Parameters
    ----------
    folder : Path
        Where the files are, two levels deep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Return where the bytes with this SHA-256 are kept."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ArtefactError(f"{digest[:64]!r} is no SHA-256; the registry's record is damaged")
        return self._folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep bytes durably and return their SHA-256."""
        digest = sha256(content)
        path = self.path(digest)
        if self.problem(digest):
            path.parent.mkdir(exist_ok=True)
            write_durably(path, content)
            sync_folder(self._folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes, checked.

        Raises
        ------
        ArtefactError
            If the file is missing or is not what was put.
        """
        path = self.path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ArtefactError(f"{path} is missing") from None
        except OSError as error:
            raise ArtefactError(f"{path} cannot be read: {error.strerror or error}") from error
        if sha256(content) != digest:
            raise ArtefactError(f"{path} was changed: its SHA-256 is not the registered one")
        return content

    def problem(self, digest: str) -> str:
        """Say what is wrong with the bytes; empty when nothing is."""
        try:
            self.get(digest)
        except ArtefactError as error:
            return str(error)
        return ""

    def delete(self, digest: str) -> None:
        """Delete the bytes; nothing happens when they are gone already."""
        self.path(digest).unlink(missing_ok=True)
