"""Who may look and who may change things, of the people whom an identity provider signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from store import SparkcastError


class AccessError(SparkcastError):
    """Somebody may not do this, or the settings of who may do what are wrong."""


@dataclass(frozen=True)
class Policy:
    """Who may do what; the section ``[sparkcast]`` of ``.streamlit/secrets.toml``.

    Attributes
    ----------
    readers : tuple of str or None
        E-mail addresses that may look, ``*`` for any part; None lets in everybody whom the provider signs in.
    editors : tuple of str
        E-mail addresses that may also change things.
    editor_claim : str
        Claim of the identity token that names roles or groups, such as ``groups``.
    editor_values : tuple of str
        Values of that claim that may also change things.
    """

    readers: tuple[str, ...] | None = None
    editors: tuple[str, ...] = ()
    editor_claim: str = ""
    editor_values: tuple[str, ...] = ()

    def may_change(self, claims: Mapping[str, Any]) -> bool:
        """Whether a person with these claims may change things; nobody who is not named may."""
        values = claims.get(self.editor_claim) if self.editor_claim else None
        named = [values] if isinstance(values, str) else values if isinstance(values, list | tuple) else []
        return _is_among(claims, self.editors) or any(value in self.editor_values for value in named)

    def may_look(self, claims: Mapping[str, Any]) -> bool:
        """Whether a person with these claims may use the app at all."""
        return self.readers is None or _is_among(claims, self.readers) or self.may_change(claims)


def policy_of(section: Mapping[str, Any]) -> Policy:
    """Read the settings; raises `AccessError` where they are not understood, because a typing error must not let in."""
    known = {"readers", "editors", "editor_claim", "editor_values"}
    if unknown := sorted(set(section) - known):
        raise AccessError(
            f"secrets, [sparkcast]: {', '.join(unknown)} is not understood; there are {', '.join(sorted(known))}"
        )
    claim = section.get("editor_claim", "")
    if not isinstance(claim, str):
        raise AccessError("secrets, [sparkcast]: editor_claim must be the name of a claim, such as 'groups'")
    lists = {name: _texts(name, section[name]) for name in known - {"editor_claim"} if name in section}
    if bool(claim) != bool(lists.get("editor_values")):
        raise AccessError("secrets, [sparkcast]: editor_claim and editor_values belong together; give both or none")
    return Policy(editor_claim=claim, **lists)


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(one, str) for one in value):
        raise AccessError(f"secrets, [sparkcast]: {name} must be a list of texts, such as ['ada@example.org']")
    return tuple(value)


def _is_among(claims: Mapping[str, Any], patterns: Sequence[str]) -> bool:
    """Whether the e-mail address matches; one that the provider calls unverified is anybody's."""
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified", True) is not True:
        return False
    return any(fnmatchcase(email.casefold(), pattern.casefold()) for pattern in patterns)
