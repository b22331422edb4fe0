"""What the bodies of requests and answers are declared with."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A body's shape. Its validator is built when it is first used: a function's first request needs one or two."""

    model_config = ConfigDict(defer_build=True)
