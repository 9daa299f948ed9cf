"""The explorer: ``streamlit run app.py``. The router, and the pickers that all pages share."""

import streamlit as st

from pages.ui.shared import access, sidebar, state

st.set_page_config(page_title="Sparkcast", page_icon="pages/ui/favicon.svg", layout="wide")

st.logo("pages/ui/logo.svg", size="large")

welcome = access.may_look()
page = st.navigation(
    [
        st.Page("pages/explore.py", title="Explore", icon=":material/tune:", url_path="", default=True),
        # The first page has no path of its own; people write one all the same.
        st.Page("pages/explore.py", title="Explore", url_path="explore", visibility="hidden"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page("pages/runs.py", title="Runs", icon=":material/database:", url_path="runs"),
        st.Page("pages/profile.py", title="Profile", icon=":material/speed:", url_path="profile"),
        st.Page("pages/models.py", title="Models", icon=":material/inventory_2:", url_path="models"),
        st.Page("pages/recommend.py", title="Recommend", icon=":material/recommend:", url_path="recommend"),
        st.Page("pages/training.py", title="Training", icon=":material/model_training:", url_path="training"),
    ],
    position="sidebar" if welcome else "hidden",
)
if not welcome:
    with state.errors_on_page():
        access.sign_in()
    st.stop()
sidebar.show(page.title)
page.run()
