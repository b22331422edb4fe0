"""CloudFront: the API under the site's origin."""

import os
import re
from typing import Any

_API_HOST = re.compile(r"^([a-z0-9-]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$")


def api_origin() -> None:
    """An origin `<api>.execute-api.<region>.amazonaws.com` is this emulator; as shipped it refuses to dial it."""
    from ministack.services import cloudfront

    port = int(os.environ.get("GATEWAY_PORT", "4566"))
    connect, headers_of = cloudfront._origin_connect_target, cloudfront._origin_request_headers

    def target(origin: dict[str, Any], viewer_is_https: bool) -> Any:
        if _API_HOST.match(origin["domain_name"]):
            return "127.0.0.1", port, False
        return connect(origin, viewer_is_https)

    def headers(origin: dict[str, Any], sent: dict[str, str], *args: Any, **kwargs: Any) -> Any:
        answer = headers_of(origin, sent, *args, **kwargs)
        match = _API_HOST.match(origin["domain_name"])
        if match:
            for name in [name for name in answer if name.lower() == "host"]:
                del answer[name]
            answer["Host"] = f"{match.group(1)}.execute-api.localhost:{port}"
        return answer

    cloudfront._origin_connect_target = target
    cloudfront._origin_request_headers = headers


FIXES = {"cloudfront-api-origin": api_origin}
