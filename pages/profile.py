"""Plan a profiling campaign, start it, watch it, stop it. All state is in the store and the home."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.ui.profile import planning
from pages.ui.shared import access, shown, state
from pages.ui.shared.formats import time_text
from pages.ui.shared.shown import Card
from pages.ui.shared.sidebar import chosen_pair
from pages.ui.shared.text import literal
from runner.background import launch, watch
from runner.background.request import Request
from runner.campaigns.report import make_report
from runner.clusters.host import visible_cpus
from runner.commands.report import report_text
from store import SparkcastError

# Often enough to follow, and rarely enough not to disturb what is being measured on the same cores.
POLL_S = 4
SHOWN = 20
NO_FOLDERS = (
    "Your account may not look into folders of this server. Let photos be generated, or ask whoever runs this app."
)

application, cluster = chosen_pair()
st.title("Profile")
with state.errors_on_page():
    store = state.store()
    home = store.home.root
    started = launch.last(home)
    was_running = started is not None and started.is_running

st.markdown("Measure a CNN on real Spark executors: plan the runs, start them here or on a cluster of yours, watch.")


def live() -> None:
    """The campaign that was started last; polls while it runs."""
    with state.errors_on_page():
        now = launch.last(home)
        store.inbox.drain()
        progress = watch.progress_of(store, now.campaign)
    running = now.is_running
    if was_running and not running:
        st.rerun()  # the whole page: it ended, and another can be started
    with st.container(border=True):
        show_state(now, running, progress)
        if progress is not None:
            show_progress(progress, running)
        log = launch.log_tail(home, now)
        with st.expander("Log", icon=":material/article:", expanded=not running and progress is None):
            st.code(log or "Nothing was written yet.", language=None, wrap_lines=True, height=240)


def show_state(now: launch.Launch, running: bool, progress: watch.Progress | None) -> None:
    """Name, state, and what can be done about it."""
    done = progress is not None and not progress.standing.left
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"Campaign {literal(now.campaign)}", anchor=False, width="content")
        if running and now.stopping:
            st.badge("Stopping", icon=":material/hourglass_empty:", color="orange")
        elif running:
            st.badge("Running", icon=":material/play_circle:", color="blue")
            access.button(
                "Stop", icon=":material/stop_circle:", on_click=stop, key="stop",
                help="Ends the run in progress; what is finished is kept, and the campaign can go on later.",
            )  # fmt: skip
        elif done:
            st.badge("Finished", icon=":material/check_circle:", color="green")
        else:
            st.badge("Stopped" if now.stopping else "Ended early", icon=":material/pause_circle:", color="orange")
            if access.button("Go on", icon=":material/resume:", key="resume", help="Runs what has no result yet."):
                begin(lambda: launch.resume(home))
    if not running and done:
        st.page_link(
            "pages/explore.py",
            label=f"Explore {literal(progress.application)} on {literal(progress.cluster)}",
            icon=":material/tune:",
            query_params={"application": progress.application, "cluster": progress.cluster},
        )


def show_progress(progress: watch.Progress, running: bool) -> None:
    """How far it is, what runs now, and what ended last."""
    standing = progress.standing
    current = watch.current_run(home) if running else None
    rest_s = standing.remaining_s(current.elapsed_s if current else 0.0)
    rest = f", about {time_text(rest_s)} left" if running and rest_s and standing.left else ""
    text = f"{standing.done} of {standing.total} runs, {standing.failed} of them failed{rest}"
    st.progress(standing.done / standing.total if standing.total else 0.0, text=text)
    if current is not None:
        st.caption(f"Now, for {time_text(current.elapsed_s)}: {literal(current.text)}")
    if standing.last_failure:
        st.warning(f"Last failure: {literal(standing.last_failure)}", icon=":material/error:")
    if len(progress.runs):
        shown.table(
            planning.runs_table(progress.runs.head(SHOWN)),
            "runs-of-campaign",
            alt="Runs that ended, the last one first",
        )


def stop() -> None:
    """Stop the campaign that runs, if the user may; for a callback."""
    with state.errors_on_page():
        access.changes(launch.stop)(home)


def begin(start: Callable[[], launch.Launch]) -> None:
    """Start a campaign and show it, or say why not."""
    try:
        access.changes(start)()
    except SparkcastError as error:
        st.error(literal(str(error)), icon=":material/error:")
    else:
        st.rerun(scope="app")


def plan() -> None:
    """Fields, what they mean, and how to run it."""
    try:
        wanted = planning.request(application)
        if wanted.images:  # a preview lists the folder, and says whether it is there
            access.may_change_or(NO_FOLDERS)
        content = wanted.preview(store)
    except SparkcastError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    show_plan(wanted, content)
    show_start(wanted, content)


def show_plan(wanted: Request, content: dict[str, Any]) -> None:
    """What would run, and how long it would take."""
    expected = content["expected_s"]
    figures = [
        Card("Runs to do", f"{content['left']:,}"),
        Card("Done already", f"{content['already_done']:,}"),
        Card("Expected time", time_text(expected) if expected is not None else "not known"),
        Card("Images to process", f"{sum(r['input_images'] for r in content['runs']):,}"),
    ]
    shown.cards(figures, width=150)
    by = content["expected_by"]
    said = [f"Expected by {by}" if expected is not None else f"No expected time: {by.partition(';')[0]}"]
    if wanted.fewest:
        said.append(
            "These few were chosen because they determine the law of scenario 5: start-up, work, and how much "
            "executors and cores help. The last column says what each tells better than the others do"
        )
    st.caption(f"{literal('. '.join(said))}.")
    if content["beyond_this_machine"]:
        st.warning(f"{content['beyond_this_machine']} of the runs need more memory than this machine has.")
    crowded = sum(row["total_cores"] > visible_cpus() for row in content["runs"])
    if crowded and not wanted.master:
        st.warning(f"{crowded} of the runs ask for more cores than this machine has; models do not learn from them.")
    with st.expander(f"The {len(content['runs']):,} runs", icon=":material/table:", expanded=True):
        shown.table(planning.plan_table(content), "plan", alt="Runs of the plan", height="content")


def show_start(wanted: Request, content: dict[str, Any]) -> None:
    """A button for here, a command for anywhere."""
    if not wanted.master:
        busy = launch.measuring(home)
        text = (
            "Nothing else should compute here meanwhile." if busy is None else f"Process {busy} is measuring already."
        )
        pressed = access.button(
            "Start here", icon=":material/play_arrow:", key="start",
            disabled=busy is not None or not content["left"], help=text,
        )  # fmt: skip
        if pressed:
            begin(lambda: launch.start(home, wanted))
    st.caption(
        "The same in a terminal, here or where your cluster can be reached. The same command again goes on where it "
        "stopped."
    )
    st.code(wanted.command, language=None, wrap_lines=True)


@st.cache_data(max_entries=2, show_spinner="Loading the campaigns")
def known_campaigns(version: int) -> list[watch.Progress]:
    """All campaigns of the store, the one that changed last first."""
    return watch.all_progress(store)


@st.cache_data(max_entries=4, show_spinner=False)
def campaign_report(name: str, version: int) -> str:
    """What a campaign showed."""
    return report_text(make_report(store, name))


def campaigns() -> None:
    """All campaigns that the store knows, and what each showed."""
    with state.errors_on_page():
        version = state.version()
        known = known_campaigns(version)
        if not known:
            st.caption("No campaign was run with this home yet. Start one above.")
            return
        st.badge("Measured runs", icon=":material/check_circle:", color="green")
        shown.table(planning.campaigns_table(known), "campaigns", alt="Campaigns, the last one first")
        names = [one.campaign for one in known]
        name = st.selectbox("Report of", names, key="report_of", bind="query-params")
        st.code(campaign_report(name, version), language=None)


if started is not None:
    st.fragment(live, run_every=POLL_S if was_running else None)()
st.header("Plan a campaign")
st.fragment(plan)()
st.header("Campaigns so far")
campaigns()
