"""The environment contract: one frozen model per function.

A function reads its environment through its model (`PublicApiSettings.from_environment()`), and the infrastructure
renders the environment from the same model (`PublicApiSettings(...).to_env()`), so a missing or misspelt variable is a
type error at synth and not a failure at run time. Values may be CDK tokens, which are strings.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from quietline.kernel.errors import ConfigurationError

PREFIX = "QUIETLINE_"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every function needs.

    Attributes:
        stage: deployment stage, e.g. `local`, `staging`, `production`.
        profile: name of the jurisdiction's profile, e.g. `us`.
        idempotency_table: table of Powertools' idempotency records; empty where the function creates nothing.

    """

    stage: str
    profile: str
    idempotency_table: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings from the environment.

        Raises:
            ConfigurationError: a variable without a default is missing, or a whole number is not one.

        """
        source = os.environ if environ is None else environ
        values: dict[str, str | int] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if name not in source:
                continue
            if field.type is int:
                try:
                    values[field.name] = int(source[name])
                except ValueError as error:
                    raise ConfigurationError(f"{name} must be a whole number.") from error
            else:
                values[field.name] = source[name]
        try:
            return cls(**values)  # type: ignore[arg-type]
        except TypeError as error:
            missing = [PREFIX + f.name.upper() for f in fields(cls) if f.name not in values]
            raise ConfigurationError(f"The environment lacks one of {', '.join(missing)}.") from error

    def to_env(self) -> dict[str, str]:
        """Render the environment of the function: one `QUIETLINE_…` variable per field."""
        return {PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}
