"""The runs that everything is made from: browse them, look into one, see what each column does, bring more."""

import pandas as pd
import streamlit as st

from pages.ui.runs import effect_charts, run_detail, run_list, upload, upload_list
from pages.ui.runs.effects import effects_of
from pages.ui.shared import origins, shown, state
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import literal, slug

TIMES = {"Completion time": effect_charts.TIME, "Task time": effect_charts.TASK}

application, cluster = chosen_pair()
st.title("Runs")
browse, effects, add, uploads = st.tabs(
    ["Browse", "Effects", "Upload", "Uploads"], key="runs_view", bind="query-params"
)


@st.fragment
def show_browse() -> None:
    """Rerun alone when a filter, a page or a selection changes."""
    with state.errors_on_page():
        listed = run_list.show(application, cluster)
        if not listed.total:
            st.info("No run passes. Take a filter away, or upload runs.", icon=":material/search_off:")
            return
        run_list.show_downloads(listed)
        if len(listed.picked) > 1:
            run_list.show_picked(listed.picked)
        elif len(listed.picked) == 1 or listed.total == 1:
            run_detail.show((listed.picked if len(listed.picked) else listed.page).iloc[0])
        else:
            st.caption("Select a run at the left edge of its row to see its stages, tasks, executors and memory.")


@st.fragment
def show_effects() -> None:
    """Rerun alone when the other time is chosen."""
    chosen = st.segmented_control("Scaled", list(TIMES), default="Completion time", required=True, key="scaled")
    with state.errors_on_page():
        runs = state.runs(application, cluster)
        found = effects_of(application, cluster, TIMES[chosen])
    origins.show(runs)
    if not found:
        st.info(nothing_to_see(chosen), icon=":material/info:")
        return
    st.caption(
        "Time over the largest in each group of runs in which all else is equal: the lower, the faster. The line is "
        "the mean, the band goes from the smallest to the largest, diamonds are what the paper published. No model is "
        "involved."
    )
    with st.grid(3, min_column_width=300):
        for effect in found:
            with st.container(border=True):
                st.markdown(f"**{effect.title}**" + (f", table {effect.table}" if effect.table else ""))
                figure, text = effect_charts.effect_figure(effect), effect_charts.effect_text(effect)
                shown.chart(figure, slug(f"effect of {effect.title}"), alt=text)
    show_table(effect_charts.effects_table(found))


def nothing_to_see(chosen: str) -> str:
    """Why there is no effect, and what to do."""
    if TIMES[chosen] == effect_charts.TASK:
        return "No run of this application and cluster has task records. Upload its event logs, or profile it here."
    return (
        "These runs vary no column by itself. Profile or upload runs in which one column differs and the rest is equal."
    )


def show_table(table: pd.DataFrame) -> None:
    """The figures behind the charts."""
    with st.expander("As a table", icon=":material/table:"):
        known = table.dropna(axis=1, how="all")
        shown.table(known, "effects", alt="Scaled time of every level of every column", saved=table)


if browse.open:
    with browse:
        show_browse()
if effects.open:
    with effects:
        st.markdown(f"What each column does to the time of **{literal(application)}** on **{literal(cluster)}**.")
        show_effects()
if add.open:
    with add:
        upload.show(application, cluster)
if uploads.open:
    with uploads:
        upload_list.show()
