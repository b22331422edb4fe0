"""cdk-nag's AwsSolutions and Serverless packs run at synth and fail it."""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


def apply(app: App) -> None:
    """Register both packs; a finding without an acknowledgement fails the synthesis."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
