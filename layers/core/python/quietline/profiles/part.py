"""What every part of a profile is made of."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Never changed once it was read; a name that is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
