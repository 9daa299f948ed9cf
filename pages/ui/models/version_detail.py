"""One version of a model: whether it can be trusted, what it was made from, and what can be done with it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.ui.models import version_acts, versions
from pages.ui.runs.run_list import LABELS, ROWS
from pages.ui.shared import access, shown, state
from pages.ui.shared.shown import Card
from pages.ui.shared.text import code, counted, literal
from perfmodel.artifacts import differences
from store.runs.selection import Order, Selection
from store.spreadsheet import typed_csv

_RUN_COLUMNS = ("num_executors", "executor_cores", "executor_memory_gb", "images_per_partition", "sampling_rate_pct",
                "completion_time_s", "origin", "started_at", "run_id")  # fmt: skip


def show(version: pd.Series, figures: pd.DataFrame, aliases: list[str]) -> None:
    """Draw one version, a row of `store.registry.registry.Registry.load`."""
    number = int(version["version"])
    st.header(f"Version {number}")
    _badges(version)
    shown.cards([Card(*figure) for figure in versions.figure_texts(figures, number).items()], width=210)
    _acts(version, aliases)
    _lineage(version)
    _how(version)


def _badges(version: pd.Series) -> None:
    other = differences(version["environment"])
    problem = state.store().registry.problem(version["name"], int(version["version"]))
    with st.container(horizontal=True, gap="small"):
        for alias in version["aliases"]:
            st.badge(literal(alias), icon=":material/bookmark:", color="blue")
        if pd.notna(version["archived_at"]) and pd.isna(version["purged_at"]):
            st.badge("Archived", icon=":material/inventory_2:", color="gray")
        if pd.notna(version["purged_at"]):
            st.badge("Purged", icon=":material/delete_forever:", color="gray")
        elif problem:
            st.badge("Not intact", icon=":material/gpp_bad:", color="red")
        else:
            st.badge("Intact", icon=":material/verified_user:", color="green")
        if other:
            st.badge("Other libraries", icon=":material/warning:", color="orange")
        else:
            st.badge("Same libraries", icon=":material/check:", color="green")
    if problem and pd.isna(version["purged_at"]):
        st.error(
            f"Do not use this version, fit it again: {literal(problem)}. If that makes a new version and this one is "
            "still the champion, promote the new one.",
            icon=":material/gpp_bad:",
        )
    if other:
        parts = ", ".join(f"{name} {then} then, {now} now" for name, (then, now) in other.items())
        st.warning(f"Made with other libraries: {literal(parts)}. Fit it again to be sure.", icon=":material/warning:")


def _acts(version: pd.Series, aliases: list[str]) -> None:
    name, number = version["name"], int(version["version"])
    archived, purged = pd.notna(version["archived_at"]), pd.notna(version["purged_at"])
    help_text = "Let its aliases point elsewhere first." if version["aliases"] else "Put it aside; restore undoes that."
    with st.container(horizontal=True):
        if not archived and access.button("Promote", icon=":material/bookmark_add:"):
            version_acts.promote(name, number, aliases)
        if not archived and access.button(
            "Archive", icon=":material/inventory_2:", disabled=bool(version["aliases"]), help=help_text
        ):  # fmt: skip
            version_acts.archive(name, number)
        if archived and not purged and access.button("Restore", icon=":material/unarchive:"):
            version_acts.restore(name, number)
        if archived and not purged and access.button("Purge", icon=":material/delete_forever:"):
            version_acts.purge(name, number, int(version["artefact_bytes"]))


def _lineage(version: pd.Series) -> None:
    lineage = st.expander(
        f"Trained on {counted(version['training_runs'], 'run')}", icon=":material/account_tree:", on_change="rerun",
        key=f"lineage_{version['name']}_{version['version']}",
    )  # fmt: skip
    if not lineage.open:
        return
    with lineage:
        store = state.store()
        selection = Selection(run_ids=store.registry.get(version["name"], int(version["version"])).training_run_ids)
        known = int(state.run_counts(selection)["runs"].sum())
        if known < version["training_runs"]:
            lost = version["training_runs"] - known
            st.warning(f"{counted(lost, 'run')} of these are no longer in the store.", icon=":material/link_off:")
        page = state.run_page(selection, Order(), 0, ROWS)[list(_RUN_COLUMNS)].dropna(axis=1, how="all")
        st.dataframe(  # the button below saves all of them
            page, hide_index=True, column_config=LABELS, height=300, alt="Runs that the version was trained on"
        )
        if known > ROWS:
            st.caption(f"The first {ROWS} of {known:,}; the download has all.")
        st.download_button(
            "Download the training runs", lambda: typed_csv(store.runs.page(selection)), "training-runs.csv",
            "text/csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _how(version: pd.Series) -> None:
    with st.expander("How it was made", icon=":material/science:"):
        shown.facts(made_of(version), "how-it-was-made")
        st.markdown("**What it was trained on, and may be asked**")
        shown.table(schema_table(version), "features", alt="Features of the model with units and observed ranges")


def made_of(version: pd.Series) -> dict[str, str]:
    """What a version was made with, as text by name."""
    parts = {**version["techniques"]}
    techniques = {f"technique: {level}": f"{name} {versions.said(version['params'].get(level, {}))}".strip()
                  for level, name in parts.items()}  # fmt: skip
    libraries = {f"library: {name}": text for name, text in version["environment"].items()}
    return {
        "name": version["name"],
        **techniques,
        "seed": str(version["seed"]),
        "fitted at": f"{version['created_at']:%Y-%m-%d %H:%M} UTC",
        "SHA-256 of the training rows": version["data_sha256"],
        "SHA-256 of the artefact": version["artefact_sha256"],
        "size": f"{version['artefact_bytes']:,} bytes",
        **libraries,
    }


def schema_table(version: pd.Series) -> pd.DataFrame:
    """The features of a version with their units, and the range of the column behind each."""
    ranges = version["schema"].get("ranges", {})
    rows = []
    for feature in version["schema"].get("features", []):
        low, high = ranges.get(feature["column"], (None, None))
        rows.append((feature["name"], LABELS.get(feature["column"], feature["column"]), feature["unit"], low, high))
    return pd.DataFrame(rows, columns=["Feature", "Made from", "Unit", "Smallest seen", "Largest seen"])


def show_roll_back(name: str, moves: pd.DataFrame) -> None:
    """Draw the history of the aliases, and what can be done with each."""
    shown.table(
        versions.history_of_aliases(moves), "aliases", alt="Every move of an alias, newest first",
        column_config={"alias": "Alias", "version": "Version",
                       "set_at": st.column_config.DatetimeColumn("Since (UTC)", format="YYYY-MM-DD HH:mm:ss")},
    )  # fmt: skip
    last = moves.groupby("alias")["version"].last()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        alias = st.selectbox("Alias", list(last[last > 0].index), width=220, key="history_alias")
        if access.button("Roll back", icon=":material/undo:"):
            version_acts.roll_back(name, alias)
        if alias != versions.CHAMPION and access.button("Remove", icon=":material/bookmark_remove:"):
            version_acts.remove_alias(name, alias)
    st.caption(f"{code(versions.CHAMPION)} is the version that Explore and Recommend answer with.")
