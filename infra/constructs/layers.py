"""The layers: our package as it lies, and third-party packages as `python -m infra.layers` built them."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.function import ROOT
from infra.deployment import Deployment


class Layers(Construct):
    """`core` and, made at first use, `deps`, `lists`, `columns`, `tokens`, `payments`."""

    def __init__(self, scope: Construct, name: str, deployment: Deployment) -> None:
        super().__init__(scope, name)
        self._deployment = deployment
        self._made: dict[str, lambda_.LayerVersion] = {}
        self.core = self._layer(
            "core", lambda_.Code.from_asset(str(ROOT / "layers" / "core"), exclude=["**/__pycache__", "**/*.pyc"])
        )

    def third_party(self, name: str) -> lambda_.LayerVersion:
        """Return a built layer.

        Raises:
            FileNotFoundError: it has not been built; the sentence says how.
        """
        if name not in self._made:
            folder = ROOT / "build" / "layers" / f"{name}-{self._deployment.layer_suffix}"
            if not folder.is_dir():
                raise FileNotFoundError(f"The layer {name} is not built yet: run `python -m infra.layers`.")
            self._made[name] = self._layer(name, lambda_.Code.from_asset(str(folder)))
        return self._made[name]

    def _layer(self, name: str, code: lambda_.Code) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name.title(),
            code=code,
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[self._deployment.architecture],
            removal_policy=RemovalPolicy.DESTROY,
        )
