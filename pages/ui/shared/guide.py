"""A guided first visit: three steps at the top of the first page, until the user puts them away."""

from __future__ import annotations

import streamlit as st

KEY = "guide"
_VISITED = "visited_pages"
# What to do, and the page on which it is done; the first step is done where the guide is.
_STEPS = (
    ("Move a slider: time and cost follow", None),
    ("See how far off the models were", "Compare"),
    ("Get the cluster to ask for", "Recommend"),
)


def switch(page: str) -> None:
    """In the sidebar: the steps shown or put away; the address remembers it. Notes that the user saw the page."""
    st.session_state.setdefault(_VISITED, set()).add(page)
    st.toggle("First steps", True, key=KEY, bind="query-params", help="Three steps for a first visit, on Explore.")


def show() -> None:
    """Draw the steps, unless they were put away."""
    if not st.session_state.get(KEY, False):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        for number, (text, page) in enumerate(_STEPS, 1):
            if page:
                st.page_link(f"pages/{page.lower()}.py", label=f"**{number}** {text}", icon=_icon(page))
            else:
                st.markdown(f"**{number}** {text}", width="content")
        st.button("Got it", type="tertiary", icon=":material/close:", on_click=_put_away, key="got_it")


def _icon(page: str) -> str:
    return ":material/check_circle:" if page in st.session_state[_VISITED] else ":material/arrow_forward:"


def _put_away() -> None:
    st.session_state[KEY] = False
