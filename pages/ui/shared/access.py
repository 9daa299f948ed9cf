"""Sign-in, where it is configured, and the refusal of acts that a reader may not do (docs/sign-in.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from pages.ui.shared.roles import AccessError, Policy, policy_of
from pages.ui.shared.text import literal

REFUSED = "Your account may look, not change anything. Ask whoever runs this app, if you need more."
_P = ParamSpec("_P")
_R = TypeVar("_R")


def is_configured() -> bool:
    """Whether people must sign in."""
    return "auth" in _secrets()


def claims() -> Mapping[str, Any]:
    """What the provider says of the person who is signed in; empty for nobody."""
    return st.user.to_dict() if st.user.get("is_logged_in") else {}


def policy() -> Policy:
    """Who may do what."""
    return policy_of(_secrets().get("sparkcast", {}))


def may_look() -> bool:
    """Whether this session may see anything; nobody may where the settings are not understood."""
    try:
        return not is_configured() or bool(claims() and policy().may_look(claims()))
    except AccessError:
        return False


def may_change() -> bool:
    """Whether this session may change the store or start a campaign."""
    return not is_configured() or bool(claims() and policy().may_change(claims()))


def changes(act: Callable[_P, _R]) -> Callable[_P, _R]:
    """Refuse an act to those who may only look. A greyed button is not enough: browsers send what they like."""

    @wraps(act)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if not may_change():
            raise AccessError(REFUSED)
        return act(*args, **kwargs)

    return guarded


def may_change_or(refusal: str) -> None:
    """Raise `AccessError` with a reason of its own for those who may only look."""
    if not may_change():
        raise AccessError(refusal)


def button(label: str, *, help: str | None = None, disabled: bool = False, **options: Any) -> bool:
    """A button for an act that changes something: grey, with the reason, for those who may only look."""
    return st.button(label, **options_of_act(help, disabled), **options)


def options_of_act(help: str | None = None, disabled: bool = False) -> dict[str, Any]:
    """Help and state of a button for an act that changes something."""
    return {"help": help, "disabled": disabled} if may_change() else {"help": REFUSED, "disabled": True}


def sign_in() -> None:
    """Draw what somebody sees who is not signed in, or may not enter; raises `AccessError` for wrong settings."""
    policy()
    st.title("Sparkcast")
    if not claims():
        st.markdown("Time, cost and size of Spark clusters for CNN jobs. Sign in to look.")
        for name in _providers():
            label = "Sign in" if name is None else f"Sign in with {name.capitalize()}"
            st.button(label, icon=":material/login:", key=f"sign_in_{name}", on_click=_login(name))
        return
    st.error(
        f"{literal(who())} may not use this app. Ask whoever runs it to be named among its readers.",
        icon=":material/lock:",
    )
    st.button("Sign out", icon=":material/logout:", on_click=st.logout)


def show_who() -> None:
    """In the sidebar: who is signed in, what they may do, and the way out."""
    if not is_configured():
        return
    with st.sidebar.container(border=True):
        st.markdown(literal(who()))
        if may_change():
            st.badge("May change things", icon=":material/edit:", color="green")
        else:
            st.badge("May look", icon=":material/visibility:", color="gray", help=REFUSED)
        st.button("Sign out", icon=":material/logout:", on_click=st.logout, key="sign_out")


def who() -> str:
    """The person who is signed in, as people call them."""
    found = claims()
    return str(found.get("name") or found.get("email") or found.get("sub") or "Somebody")


def account() -> str | None:
    """What to write down as who did something; None where nobody signs in."""
    found = claims() if is_configured() else {}
    return str(found.get("email") or who()) if found else None


def _login(provider: str | None) -> Callable[[], None]:
    return lambda: st.login(provider) if provider else st.login()


def _providers() -> list[str | None]:
    """The providers by name; None is the one without a name."""
    section = _secrets()["auth"]
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    return [None] if "client_id" in section else list(named)


def _secrets() -> Mapping[str, Any]:
    """The secrets, empty where there is no file of them; a file that cannot be read opens nothing."""
    if st.secrets.load_if_toml_exists():
        return st.secrets
    if unread := [path for path in st.get_option("secrets.files") if Path(path).exists()]:
        raise AccessError(f"{unread[0]} cannot be read, so nobody is let in; correct it and start the app again")
    return {}
