"""Weights are looked up by the names every result uses."""

from dataclasses import fields

import pytest

from matcher.engine.policy import DEFAULT_POLICY, SIGNALS, TEXT_SIGNALS, MatchPolicy


def test_policy_gives_the_weight_of_each_signal() -> None:
    policy = MatchPolicy(dense=0.5, stage=1)

    assert (policy.weight("dense"), policy.weight("stage")) == (0.5, 1.0)


def test_policy_has_a_positive_weight_for_every_signal() -> None:
    assert [name for name in SIGNALS if DEFAULT_POLICY.weight(name) > 0] == list(SIGNALS)
    assert set(SIGNALS[:4]) == TEXT_SIGNALS


def test_policy_does_not_know_other_signals() -> None:
    with pytest.raises(AttributeError):
        DEFAULT_POLICY.weight("charm")


def test_policy_shares_lie_between_nothing_and_one() -> None:
    shares = {"generalist", "second_region", "wider_region", "next_stage"}

    found = {field.name for field in fields(MatchPolicy)} & shares

    assert found == shares
    assert all(0 < getattr(DEFAULT_POLICY, name) < 1 for name in shares)
