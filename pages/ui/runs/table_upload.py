"""Uploading a table of runs: which column means what, what is wrong, and the first good rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.runs.run_list import LABELS
from pages.ui.shared import access, shown, state
from pages.ui.shared.text import code, counted, literal
from store import Choices, Imported, Preview
from store.checking.headers import Header
from store.runlog import BY_NAME, NAMES

IGNORE = "(ignore this column)"
MAPPED = 60
# What the same value may be given for in all rows; a rate, or both numbers of images, are needed.
GIVEN = ("application", "cluster", "sampling_rate_pct", "num_executors", "executor_cores", "executor_memory_gb",
         "input_images", "dataset_images", "images_per_partition", "campaign")  # fmt: skip
_PREVIEW = "table_preview"


def show(file_id: str, content: bytes, name: str, application: str, cluster: str) -> list[Imported]:
    """Draw the preview of a table; return what was imported, nothing as long as the user looks."""
    headers = _preview(file_id, content, name, Choices()).headers
    picked = _mapping(file_id, headers)
    given = _values(file_id, headers, picked, {"application": application, "cluster": cluster})
    choices = Choices(changed(headers, picked), given)
    preview = _preview(file_id, content, name, choices)
    _summary(preview)
    _problems(preview)
    _sample(preview)
    return _buttons(preview, content, choices)


def changed(headers: Sequence[Header], picked: Sequence[str | None]) -> dict[str, str | None]:
    """The user's choices that are not what was recognised anyway: header to column, None to ignore it."""
    chosen = {}
    for header, column in zip(headers, picked, strict=False):
        if column == IGNORE and not header.ignored:
            chosen[header.name] = None
        elif column not in (None, IGNORE, header.column):
            chosen[header.name] = column
    return chosen


def lacking(headers: Sequence[Header], picked: Sequence[str | None]) -> list[str]:
    """Run-log columns that no header means, of those whose value can be given for all rows."""
    after = [header.column for header in headers[len(picked) :]]
    return [name for name in GIVEN if name not in {*picked, *after}]


def is_needed(name: str, absent: Sequence[str]) -> bool:
    """Whether there are no runs without a value for this absent column."""
    if name == "sampling_rate_pct":
        return bool({"input_images", "dataset_images"} & set(absent))
    return BY_NAME[name].needed == "yes"


def problem_table(preview: Preview) -> pd.DataFrame:
    """All problems, a row each."""
    place = preview.unit.capitalize()
    rows = [(problem.line, problem.column, problem.message) for problem in preview.problems]
    return pd.DataFrame(rows, columns=[place, "Column", "What is wrong"]).astype({place: "Int64"})


def _preview(file_id: str, content: bytes, name: str, choices: Choices) -> Preview:
    """Look at the file once for each set of choices; the last two are remembered."""
    known: dict[Any, Preview] = st.session_state.setdefault(_PREVIEW, {})
    key = (file_id, tuple(choices.columns.items()), tuple(choices.given.items()))
    if key not in known:
        with st.spinner("Reading the file"):
            known[key] = state.store().imports.preview(content, name, choices)
        for old in list(known)[:-2]:
            del known[old]
    return known[key]


def _mapping(file_id: str, headers: Sequence[Header]) -> list[str | None]:
    unknown = [header for header in headers if header.column is None and not header.ignored]
    title = f"Columns: {len(headers) - len(unknown)} of {len(headers)} understood"
    with st.expander(title, expanded=bool(unknown), icon=":material/view_column:"), st.grid(4, min_column_width=200):
        picked = [_pick(file_id, number, header) for number, header in enumerate(headers[:MAPPED])]
    if len(headers) > MAPPED:
        st.caption(f"The first {MAPPED} columns can be mapped here; rename the others in the file.")
    return picked


def _pick(file_id: str, number: int, header: Header) -> str | None:
    options = [IGNORE, *NAMES]
    known = IGNORE if header.ignored else header.column
    return st.selectbox(
        code(header.name or "(no name)"), options, options.index(known) if known else None,
        key=f"column_{file_id}_{number}", placeholder="Not understood: choose one",
        help=f"Plain numbers are multiplied by {header.scale:g}." if header.scale != 1 else None,
    )  # fmt: skip


def _values(
    file_id: str, headers: Sequence[Header], picked: Sequence[str | None], examples: Mapping[str, str]
) -> dict[str, str]:
    absent = lacking(headers, picked)
    needed = [name for name in absent if is_needed(name, absent)]
    if not absent:
        return {}
    title = "What the file does not say" + (f": {len(needed)} needed" if needed else "")
    with st.expander(title, expanded=bool(needed), icon=":material/edit_note:"):
        st.caption("The same value for every row. Leave empty what is not known.")
        with st.grid(4, min_column_width=200):
            texts = {name: _value(file_id, name, name in needed, examples) for name in absent}
    return {name: text.strip() for name, text in texts.items() if text.strip()}


def _value(file_id: str, name: str, needed: bool, examples: Mapping[str, str]) -> str:
    label = LABELS[name] + (" (needed)" if needed else "")
    example = examples.get(name) or BY_NAME[name].example
    return st.text_input(
        label, key=f"given_{file_id}_{name}", placeholder=f"such as {example}" if example else "",
        help=literal(BY_NAME[name].description),
    )  # fmt: skip


def _summary(preview: Preview) -> None:
    text = f"{code(preview.name)}: {preview.kind}, {counted(preview.rows, 'row')}, {preview.good:,} good"
    if preview.count:
        st.warning(f"{text}, {preview.bad:,} bad: {counted(preview.count, 'problem')}.", icon=":material/rule:")
    else:
        st.success(f"{text}. Nothing is stored yet.", icon=":material/task_alt:")
    st.caption("Runs that are uploaded say so wherever they are shown.")
    for note in preview.notes:
        st.caption(f"Note: {literal(note)}")


def _problems(preview: Preview) -> None:
    if not preview.count:
        return
    table = problem_table(preview)
    shown.table(table, "problems", height=min(300, 35 * len(table) + 38), alt="What is wrong, by line and column")
    if preview.count > len(table):
        st.caption(f"These are the first {len(table):,} of {preview.count:,} problems.")


def _sample(preview: Preview) -> None:
    if preview.sample.empty:
        return
    known = preview.sample.drop(columns=["run_id", "settings", "origin"]).dropna(axis=1, how="all")
    st.markdown(f"**The first {counted(len(known), 'run')} as they will be stored**")
    labels = {name: LABELS[name] for name in known.columns}
    shown.table(known, "first-runs", column_config=labels, alt="The first good runs of the file")


def _buttons(preview: Preview, content: bytes, choices: Choices) -> list[Imported]:
    keep_good = bool(preview.count)
    if not preview.good:
        st.info(
            "There is no row to import yet. Choose what the columns mean and give what is missing, or correct the "
            "file and upload it again.",
            icon=":material/info:",
        )
        return []
    good = counted(preview.good, "good row" if keep_good else "row")
    label = f"Import {good}, leave out {preview.bad:,}" if keep_good else f"Import {good}"
    if not access.button(label, icon=":material/upload:"):
        return []
    with st.spinner("Storing the runs"):
        return [_store(content, preview.name, choices, keep_good)]


@access.changes
def _store(content: bytes, name: str, choices: Choices, keep_good: bool) -> Imported:
    return state.store().imports.add(content, name, access.account(), choices, keep_good)
