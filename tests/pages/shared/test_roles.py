"""Who may look and who may change things."""

from __future__ import annotations

import pytest

from pages.ui.shared.roles import AccessError, policy_of

ADA = {"email": "Ada@Example.org", "email_verified": True, "groups": ["team", "spark-admins"]}


def test_who_is_not_named_may_only_look():
    assert policy_of({}).may_look(ADA)
    assert not policy_of({}).may_change(ADA)
    assert not policy_of({}).may_change({})


@pytest.mark.parametrize("editors", [["ada@example.org"], ["*@example.org"], ["bob@example.org", "ADA@example.ORG"]])
def test_editors_are_named_by_address(editors):
    assert policy_of({"editors": editors}).may_change(ADA)


@pytest.mark.parametrize("editors", [["bob@example.org"], ["*@example.com"], ["ada@example.or"], ["example.org"], []])
def test_others_are_not(editors):
    assert not policy_of({"editors": editors}).may_change(ADA)


@pytest.mark.parametrize("verified", [False, "false", 0, None])
def test_an_address_that_the_provider_did_not_verify_counts_for_nothing(verified):
    assert not policy_of({"editors": ["*@example.org"]}).may_change(ADA | {"email_verified": verified})


def test_an_address_counts_where_the_provider_never_says_whether_it_is_verified():
    assert policy_of({"editors": ["*@example.org"]}).may_change({"email": "ada@example.org"})


@pytest.mark.parametrize(
    ("groups", "may"),
    [
        (["x", "spark-admins"], True),
        ("spark-admins", True),
        (["x"], False),
        (None, False),
        ({"spark-admins": 1}, False),
        ("spark-admins-2", False),
    ],
)
def test_editors_are_named_by_a_claim(groups, may):
    policy = policy_of({"editor_claim": "groups", "editor_values": ["spark-admins"]})
    assert policy.may_change({"groups": groups}) is may


def test_readers_can_be_limited_and_editors_are_among_them():
    policy = policy_of({"readers": ["*@example.org"], "editors": ["eve@partner.net"]})
    assert policy.may_look(ADA)
    assert policy.may_look({"email": "eve@partner.net"})
    assert not policy.may_look({"email": "mallory@elsewhere.net"})
    assert not policy.may_look({})


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"editor": ["a@b.c"]}, "editor is not understood"),
        ({"editors": "a@b.c"}, "editors must be a list of texts"),
        ({"readers": [1]}, "readers must be a list of texts"),
        ({"editor_claim": 3, "editor_values": ["x"]}, "editor_claim must be the name of a claim"),
        ({"editor_claim": "groups"}, "belong together"),
        ({"editor_values": ["admins"]}, "belong together"),
    ],
)
def test_a_setting_that_is_not_understood_lets_nobody_in_by_accident(section, words):
    with pytest.raises(AccessError, match=words):
        policy_of(section)
