"""The uploads, and how to take one back."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.shared import access, shown, state
from pages.ui.shared.text import code, counted, literal
from store.errors import UploadInUseError
from store.uploads.uploads import Undone

_LABELS = {"name": "File", "rows": "Rows", "added": "Runs added", "left_out": "Left out", "uploaded_by": "By"}
_DONE = "undone"


@st.fragment
def show() -> None:
    """Draw the list, newest first, and a button for the one that is selected."""
    if done := st.session_state.get(_DONE):
        _say(done)
    with state.errors_on_page():
        uploads = state.store().uploads.load().sort_values("uploaded_at", ascending=False, ignore_index=True)
    if uploads.empty:
        st.info("Nothing was uploaded yet. Bring a run log or a Spark event log under Upload.", icon=":material/info:")
        return
    event = shown.table(
        listed(uploads), "uploads", column_config=_columns(), on_select="rerun", selection_mode="single-row",
        height=min(420, 35 * len(uploads) + 38), key="uploads", alt="Uploads, newest first; select one to undo it",
    )  # fmt: skip
    rows = [row for row in event.selection.rows if row < len(uploads)]
    chosen = uploads.iloc[rows[0]] if rows else None
    if chosen is None or pd.notna(chosen["undone_at"]):
        text = "Select an upload to undo it." if chosen is None else "This upload was undone; its record stays."
        st.caption(text)
    elif access.button("Undo this upload", icon=":material/undo:"):
        st.session_state.pop(_DONE, None)
        _confirm(chosen)


def listed(uploads: pd.DataFrame) -> pd.DataFrame:
    """What the list shows of each upload."""
    state_text = [("undone" if pd.notna(at) else "in use") for at in uploads["undone_at"]]
    columns = uploads[["uploaded_at", "name", "rows", "added", "left_out", "uploaded_by"]]
    return columns.assign(state=state_text, upload=uploads["upload_id"].str[:8])


def _columns() -> dict[str, Any]:
    when = st.column_config.DatetimeColumn("Uploaded (UTC)", format="YYYY-MM-DD HH:mm")
    return _LABELS | {"uploaded_at": when, "state": "State", "upload": "Id"}


@st.dialog("Undo this upload?")
def _confirm(upload: pd.Series) -> None:
    st.markdown(
        f"The {counted(upload['added'], 'run')} that came with {code(upload['name'])} go, with their tasks and "
        "executors. Runs that a later upload brought too stay. The same file can be uploaded again."
    )
    force = st.checkbox("Also if models were trained on its runs", key="undo_force")
    with st.container(horizontal=True):
        sure = access.button("Undo", icon=":material/undo:")
        if st.button("Keep", type="tertiary"):
            st.rerun()
    if sure:
        _undo(upload["upload_id"], force)


def _undo(upload_id: str, force: bool) -> None:
    with state.errors_on_page():
        try:
            st.session_state[_DONE] = _take_back(upload_id, force)
        except UploadInUseError as error:
            _say_models(error.models)
        else:
            st.rerun()


@access.changes
def _take_back(upload_id: str, force: bool) -> Undone:
    return state.store().uploads.undo(upload_id, force)


def _say_models(models: tuple[str, ...]) -> None:
    more = f" and {len(models) - 5:,} more" if len(models) > 5 else ""
    st.warning(
        f"Models were trained on these runs: {literal(', '.join(models[:5]))}{more}. Nothing was undone. Tick the box "
        "to take the runs back anyway: the models stay, with the record of what they were trained on; fit them again.",
        icon=":material/warning:",
    )


def _say(done: Undone) -> None:
    kept = f" {counted(done.kept, 'run')} stayed that a later upload brought too." if done.kept else ""
    again = f" Fit these again, their runs are gone: {literal(', '.join(done.models))}." if done.models else ""
    st.success(
        f"{code(done.name)} was undone: {counted(done.removed, 'run')} removed.{kept}{again}", icon=":material/undo:"
    )
