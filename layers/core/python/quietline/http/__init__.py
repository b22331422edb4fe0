"""HTTP for the API functions: resolver, rules of access, problems, idempotency."""

from quietline.kernel.late import open_late

open_late("aws_lambda_powertools.event_handler", "api_gateway")
open_late(
    "aws_lambda_powertools.utilities.data_classes",
    "alb_event",
    "api_gateway_proxy_event",
    "bedrock_agent_event",
    "lambda_function_url_event",
    "vpc_lattice",
)
