"""Machines to pack executors on, from the price table that the user keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import streamlit as st

from pages.ui.shared import access, shown, state
from pages.ui.shared.formats import money_text, time_text
from pages.ui.shared.text import literal
from perfmodel.errors import PerfmodelError
from perfmodel.recommendation.advice import Advice
from perfmodel.recommendation.search import Node
from store import SparkcastError
from store.instances import Instance, load_instances, save_instances

_KEPT = "prices_kept"
BY_CORE, BY_MACHINE = "Cores and memory", "Whole machines"
_COLUMNS = {
    "name": st.column_config.TextColumn("Machine", required=True),
    "cores": st.column_config.NumberColumn("Cores", min_value=1, step=1, required=True),
    "memory_gb": st.column_config.NumberColumn("Memory (GiB)", min_value=0.5, required=True),
    "price_per_hour": st.column_config.NumberColumn("Price an hour", min_value=0.0, required=True, format="%.4f"),
    "currency": st.column_config.TextColumn("Currency", required=True),
    "source": st.column_config.TextColumn("Source of the price", required=True),
    "priced_on": st.column_config.TextColumn("Date of the price", required=True, help="Like 2026-01-31"),
}


def machines() -> tuple[list[Node], int | None]:
    """The machines that may be rented and how many; none where cores and memory are paid by themselves."""
    paid = st.radio("What is paid", [BY_CORE, BY_MACHINE], key="paid", bind="query-params")
    if paid == BY_CORE:
        return [], None
    known = {one.name: one for one in load_instances(state.store().home.root)}
    names = st.multiselect(
        "Machines", list(known), list(known), key="machines", bind="query-params",
        help="Executors are packed on machines of one kind, the cheapest of these.",
    )  # fmt: skip
    most = st.number_input(
        "Most machines", 1, 10_000, value=None, placeholder="no limit", key="most_machines", bind="query-params"
    )
    if not names:
        raise PerfmodelError(
            f"no machine is chosen to pack executors on; choose one under Machines, or pay for {BY_CORE.lower()}"
        )
    return [_node(known[name]) for name in names if name in known], most


def _node(one: Instance) -> Node:
    return Node(one.name, one.cores, one.memory_gb, one.price_per_hour, one.currency, one.source, one.priced_on)


def show_table() -> None:
    """The price table, to be edited and kept."""
    home = state.store().home.root
    if st.session_state.pop(_KEPT, False):
        st.toast("Prices kept", icon=":material/check_circle:")
    with st.expander("Machines and their prices", icon=":material/payments:"):
        st.caption("Yours to keep: nobody updates these prices. Give each its currency, date and source.")
        with st.form("prices", border=False):
            edited = st.data_editor(
                pd.DataFrame([asdict(one) for one in load_instances(home)]), num_rows="dynamic", hide_index=True,
                column_config=_COLUMNS, key="price_table", alt="Machines and their prices",
            )  # fmt: skip
            if st.form_submit_button("Keep these prices", icon=":material/save:", **access.options_of_act()):
                _keep(edited)
        shown.offer(lambda: edited, "prices")


def _keep(edited: pd.DataFrame) -> None:
    try:
        _save(read_table(edited))
    except SparkcastError as error:
        st.error(literal(str(error)), icon=":material/error:")
    else:
        st.session_state[_KEPT] = True
        st.rerun()


@access.changes
def _save(machines: list[Instance]) -> None:
    save_instances(state.store().home.root, machines)


def read_table(edited: pd.DataFrame) -> list[Instance]:
    """The machines of an edited table; what is empty becomes what the check refuses."""
    rows = edited.astype(object).where(edited.notna(), None).to_dict("records")
    return [
        Instance(
            str(row["name"] or ""), int(row["cores"] or 0), float(row["memory_gb"] or 0),
            -1.0 if row["price_per_hour"] is None else float(row["price_per_hour"]),
            str(row["currency"] or "").strip().upper(), str(row["source"] or ""), str(row["priced_on"] or ""),
        )
        for row in rows
    ]  # fmt: skip


def machine_table(advices: Sequence[Advice]) -> pd.DataFrame:
    """What each kind of machine offers, in words."""
    return pd.DataFrame([_offer(advice) for advice in advices])


def _offer(advice: Advice) -> dict[str, str]:
    node, found = advice.request.space.node, advice.recommendation
    row = found.nearest if found.cheapest is None else found.cheapest
    price = money_text(node.price_per_hour, node.currency)
    return {
        "Machine": node.name,
        "Keeps the limits": "no" if found.cheapest is None else "yes",
        "Machines": f"{row['nodes']:.0f}",
        "Executors x cores": f"{row['num_executors']:.0f} x {row['executor_cores']:.0f}",
        "Time to count on": time_text(row["safe_s"]),
        "Cost": money_text(row["safe_cost"], node.currency),
        "Price an hour": f"{price} ({node.source}, {node.priced_on})",
    }
