"""The least that Streamlit can do: as many widgets as a page of ours, and one figure that follows the first of them."""

import os

import plotly.graph_objects as go
import streamlit as st


@st.fragment
def page() -> None:
    """Rerun alone when a slider moves, as our pages are."""
    values = [st.slider(f"Value {number}", 1, 100, 50) for number in range(int(os.environ["WIDGETS"]))]
    st.plotly_chart(go.Figure().add_scatter(x=list(range(10)), y=[values[0] * x for x in range(10)]))


page()
