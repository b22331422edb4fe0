"""Rotation of the signing key: announced first, signed with next, the old ones published for good."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.deployment import Deployment


@pytest.fixture
def data(tmp_path: Path) -> Callable[..., Any]:
    """Return what a deployment's data stack says of its signing keys, which are counted from 1, the oldest."""
    from aws_cdk import App, Stack

    from infra.app import settings
    from infra.stacks.data import DataStack

    def make(**context: str) -> Any:
        app = App(outdir=str(tmp_path), context=settings() | context)
        stack = DataStack(app, "Data", Deployment.from_context(app.node))
        resolve = Stack.of(stack).resolve
        arns = [resolve(key.key_arn) for key in stack.signing_keys]
        signable = [resolve(arn) for arn in stack.signable_key_arns]
        return SimpleNamespace(
            arns=arns,
            ids=resolve(stack.signing_key_ids),
            signs=arns.index(resolve(stack.signing_key.key_arn)) + 1,
            signable=[arns.index(arn) + 1 for arn in signable],
        )

    return make


def test_a_deployment_has_one_key_that_signs(data: Callable[..., Any]) -> None:
    made = data()

    assert (made.signs, made.signable) == (1, [1])
    assert made.ids == made.arns[0]


def test_a_newer_key_is_announced_before_it_signs(data: Callable[..., Any]) -> None:
    made = data(signing_keys="2", signing_key="1")

    assert made.signs == 1
    assert made.ids == {"Fn::Join": ["", [made.arns[0], ",", made.arns[1]]]}


def test_the_newest_key_signs_and_the_older_ones_stay_published(data: Callable[..., Any]) -> None:
    made = data(signing_keys="3")

    assert made.signs == 3
    assert made.ids == {"Fn::Join": ["", [made.arns[2], ",", made.arns[1], ",", made.arns[0]]]}


def test_functions_of_the_deployment_before_can_sign_until_they_are_replaced(data: Callable[..., Any]) -> None:
    assert data(signing_keys="3", signing_key="2").signable == [1, 2, 3]
    # what has been out of use for two rotations signs nothing any more
    assert data(signing_keys="3").signable == [2, 3]


@pytest.mark.parametrize("value", ["two", "-1", "1.5"])
def test_a_count_that_is_no_number_is_refused(data: Callable[..., Any], value: str) -> None:
    with pytest.raises(ValueError, match="signing_keys"):
        data(signing_keys=value)
