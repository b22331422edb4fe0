"""`python -m infra.app [-c name=value …]`: builds the four stacks; needs no network, account, Docker or git."""

import argparse
import json
from pathlib import Path
from typing import Any

from aws_cdk import App, Environment, Tags

from infra import nag
from infra.deployment import Deployment
from infra.outputs import outputs
from infra.stacks.data import DataStack
from infra.stacks.operations import OperationsStack
from infra.stacks.service import ServiceStack
from infra.stacks.web import WebStack


def settings() -> dict[str, Any]:
    """Return the context of `cdk.json`, which CDK's command line passes and a plain `python -m infra.app` must read."""
    manifest = Path(__file__).parents[1] / "cdk.json"
    return dict(json.loads(manifest.read_text(encoding="utf-8"))["context"])


def build(app: App) -> Deployment:
    """Add the stacks to `app`; account and region stay open, so one template fits any."""
    deployment = Deployment.from_context(app.node)
    name = f"Quietline-{deployment.stage}"
    keep = {"termination_protection": deployment.kept, "env": Environment()}
    data = DataStack(app, f"{name}-Data", deployment, **keep)
    web = WebStack(app, f"{name}-Web", deployment, data, **keep)
    service = ServiceStack(app, f"{name}-Service", deployment, data, web, **keep)
    operations = OperationsStack(app, f"{name}-Operations", deployment, service, web, **keep)
    outputs(data, service, web, deployment)
    Tags.of(app).add("product", "quietline")
    Tags.of(app).add("stage", deployment.stage)
    nag.apply(app, data, web, service, operations)
    return deployment


def main() -> None:
    """Synthesize; `-c` sets context as with CDK's command line."""
    parser = argparse.ArgumentParser(prog="python -m infra.app", description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE")
    given = dict(pair.partition("=")[::2] for pair in parser.parse_args().context)
    app = App(context=settings() | given)
    try:
        build(app)
    except ValueError as error:
        parser.exit(2, f"{error}\n")
    app.synth()


if __name__ == "__main__":
    main()
