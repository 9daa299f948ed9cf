from __future__ import annotations

import pytest

from pages.ui.shared.text import code, counted, literal


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("resnet50", "resnet50"),
        ("![x](http://a/b.png)", r"\!\[x\]\(http\:\/\/a\/b\.png\)"),
        ("<b>*a*</b> $x$ :red[y]", r"\<b\>\*a\*\<\/b\> \$x\$ \:red\[y\]"),
        ("two\nlines", "two  \nlines"),
        ("Zürich 東京", "Zürich 東京"),
    ],
)
def test_a_text_from_data_is_no_markdown(text, markdown):
    assert literal(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("lab", "`lab`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("``` x", "```` ``` x ````"),
        ("a\n\nb", "`a b`"),
        ("", "`(empty)`"),
    ],
)
def test_code_cannot_be_left_by_what_is_in_it(text, markdown):
    assert code(text) == markdown


def test_things_are_counted():
    assert [counted(n, "run") for n in (0, 1, 1260)] == ["0 runs", "1 run", "1,260 runs"]
