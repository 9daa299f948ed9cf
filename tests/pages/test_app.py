"""The router."""

from __future__ import annotations

import streamlit as st

from tests.pages.apps import app_on


def test_every_path_that_a_page_claims_is_one_that_it_is_served_at(demo_home, monkeypatch):
    # Streamlit serves the first page at the root, whatever path it is given: /start was "Page not found".
    made, page = [], st.Page

    def noted(*given, **options):
        made.append((page(*given, **options), options["url_path"]))
        return made[-1][0]

    monkeypatch.setattr(st, "Page", noted)
    assert not app_on(demo_home, monkeypatch).run().exception
    assert [found.url_path for found, _ in made] == [claimed for _, claimed in made]
    assert {"", "explore"} <= {claimed for _, claimed in made}
