"""Rendering files of the list by the function `render_list`, several invocations at a time."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quietline.adapters.aws import client
from quietline.kernel.errors import UnavailableError
from quietline.lists.render import Rendered, RenderRequest

AREAS = 8
"""Areas an invocation: a second or two of work, so that 350 areas are ready within an API call's 29 seconds."""
AT_ONCE = 10
"""Invocations at a time, as many as the client keeps connections."""


@dataclass(frozen=True)
class RenderFunction:
    """See `lists.ports.Renders`."""

    function_name: str
    sandbox: bool = False

    def render(self, requests: Sequence[RenderRequest]) -> list[Rendered]:
        """Return the files, in order.

        Raises:
            UnavailableError: the function failed or was throttled.
        """
        if not requests:
            return []
        lambda_client = client("lambda")  # made once, before threads ask for it
        groups = [requests[start : start + AREAS] for start in range(0, len(requests), AREAS)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(lambda group: self._invoke(lambda_client, group), groups)
            return [rendered for answer in answers for rendered in answer]

    def _invoke(self, lambda_client: Any, group: Sequence[RenderRequest]) -> list[Rendered]:
        payload = json.dumps({"files": [request.to_payload() for request in group], "sandbox": self.sandbox})
        try:
            answer = lambda_client.invoke(FunctionName=self.function_name, Payload=payload.encode("ascii"))
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The files cannot be prepared now. Try again in a minute.") from error
        if answer.get("FunctionError"):
            raise UnavailableError("The files could not be prepared. Try again in a minute.")
        return [Rendered.from_payload(file) for file in json.loads(answer["Payload"].read())["files"]]
