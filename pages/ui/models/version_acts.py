"""What can be done with a version; each act is confirmed in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages.ui.shared import access, state
from pages.ui.shared.text import code
from store.registry.registry import CHAMPION

_DONE = "version_act"


def say_done() -> None:
    """Say what the last act did; a toast stays when the page runs again."""
    if done := st.session_state.pop(_DONE, None):
        st.toast(done, icon=":material/check_circle:", duration="long")


@st.dialog("Promote this version?")
def promote(name: str, version: int, aliases: Sequence[str]) -> None:
    """Let an alias point at a version."""
    st.markdown(f"Version {version} of {code(name)}")
    alias = st.selectbox(
        "Alias", sorted({CHAMPION, *aliases}, key=lambda one: one != CHAMPION), accept_new_options=True,
        help=f"{CHAMPION} is the version that Explore and Recommend answer with. Type a name for an alias of your own.",
    )  # fmt: skip
    registry = state.store().registry
    _decide("Promote", lambda: registry.promote(name, version, alias), f"{code(alias)} is now version {version}.")


@st.dialog("Roll back?")
def roll_back(name: str, alias: str) -> None:
    """Let an alias point where it pointed before."""
    registry = state.store().registry
    with state.errors_on_page():
        st.markdown(f"{code(alias)} of {code(name)} goes back to version {registry.previous(name, alias)}.")

    def act() -> str:
        return f"{code(alias)} is version {registry.roll_back(name, alias)} again."

    _decide("Roll back", act)


@st.dialog("Remove this alias?")
def remove_alias(name: str, alias: str) -> None:
    """Take an alias away."""
    st.markdown(f"{code(alias)} of {code(name)} points nowhere then. Its history stays.")
    _decide("Remove", lambda: state.store().registry.remove_alias(name, alias), f"{code(alias)} was removed.")


@st.dialog("Archive this version?")
def archive(name: str, version: int) -> None:
    """Put a version aside."""
    st.markdown(f"Version {version} of {code(name)} is not listed or used any more. Restore brings it back.")
    _decide("Archive", lambda: state.store().registry.archive(name, version), f"Version {version} is archived.")


@st.dialog("Restore this version?")
def restore(name: str, version: int) -> None:
    """Bring a version back."""
    st.markdown(f"Version {version} of {code(name)} can be used again.")
    _decide("Restore", lambda: state.store().registry.restore(name, version), f"Version {version} is back.")


@st.dialog("Purge this version?")
def purge(name: str, version: int, size: int) -> None:
    """Delete a version's bytes."""
    st.markdown(
        f"The {size:,} bytes of version {version} of {code(name)} are deleted for good. Its record stays as lineage. "
        "The same model can be fitted again, as a new version."
    )

    def act() -> str:
        return f"Version {version} is purged: {state.store().registry.purge(name, version):,} bytes freed."

    _decide("Purge for good", act)


def _decide(label: str, act: Callable[[], str | None], done: str = "") -> None:
    """Two buttons; the first acts, if the user may, and says what it did; both close the dialog."""
    with st.container(horizontal=True):
        sure = access.button(label)
        cancelled = st.button("Cancel", type="tertiary")
    if sure:
        with state.errors_on_page():
            st.session_state[_DONE] = access.changes(act)() or done
    if sure or cancelled:
        st.rerun()
