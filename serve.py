"""The explorer's server, ``streamlit run serve.py``: it has loaded the libraries before the first visitor comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st

# Between them they import pandas, scikit-learn, skops and plotly, which takes longer than everything else a page does.
HEAVY = ("pages.ui.shared.state", "pages.ui.explore.sweep_charts")


@asynccontextmanager
async def prepared(_: object) -> AsyncIterator[None]:
    """Import before serving, but not before Streamlit's caches are there."""
    for name in HEAVY:
        import_module(name)
    yield


app = st.App("app.py", lifespan=prepared)
