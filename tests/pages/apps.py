"""Pages without a browser, each on a store of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def app_on(
    home: Path, patch: pytest.MonkeyPatch, script: str = "app.py", pair: tuple[str, str] | None = None
) -> AppTest:
    """Return the app or a page on a home, not run yet; `pair` is the application and cluster that are looked at."""
    patch.setenv("SPARKCAST_HOME", str(home))
    st.cache_resource.clear()  # another test's store
    st.cache_data.clear()
    found = AppTest.from_file(str(ROOT / script), default_timeout=120)
    if pair is not None:
        found.session_state["application"], found.session_state["cluster"] = pair
    return found
