"""The gate: a finding that nobody acknowledged fails the synthesis (so the fixtures prove a clean one)."""

import warnings
from pathlib import Path

import pytest
from quietline.profiles.profile import Profile

from infra.deployment import Deployment


def test_a_public_bucket_does_not_pass(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from aws_cdk import App, Stack, Validations
        from aws_cdk import aws_s3 as s3
        from cdk_nag import AwsSolutionsChecks, ServerlessChecks

        app = App(outdir=str(tmp_path))
        Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
        s3.Bucket(Stack(app, "Open"), "Bucket")

        with pytest.raises(RuntimeError, match="Validation"):
            app.synth()


def test_every_acknowledgement_says_why() -> None:
    source = Path("infra/nag.py").read_text()

    assert "Validations" not in "".join(
        path.read_text() for path in Path("infra").rglob("*.py") if path.name != "nag.py"
    )
    assert source.count("_accept(") > 10


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"stage": "production"}, "sender"),
        ({"stage": "production", "sender": "a@b.test"}, "domain"),
        ({"domain": "a.test"}, "certificate_arn"),
        ({"stage": "Prod-1"}, "stage"),
        ({"signing_keys": 0}, "signing_keys"),
        ({"signing_keys": 2, "signing_key": 3}, "signing_key"),
    ],
)
def test_a_deployment_that_cannot_work_is_refused(values: dict[str, str], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Deployment(**values).check()  # type: ignore[arg-type]


def test_a_profile_that_proves_lines_needs_a_number_to_tell_codes_from(proving_profile: Profile) -> None:
    with pytest.raises(ValueError, match="line_origination"):
        Deployment(profile=proving_profile.name).check()
    Deployment(profile=proving_profile.name, line_origination="arn:aws:sms-voice:us-east-1:1:pool/p").check()
