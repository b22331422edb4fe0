"""Which registry the command talks to, and where it keeps what it must remember.

An address comes from `--api`, from `QUIETLINE_API`, or from `.local/outputs.json` of a local cloud here or in a folder
above. What a sign-in needs besides (client id, token address) comes from the environment or from the same file.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cli.errors import UsageError

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Config:
    """One registry.

    Attributes:
        api: address of the API, no trailing slash.
        region: AWS region of the user pool and the state machine.
        cognito_url: where users sign in.
        user_client_id: the user pool's client for this command; empty when unknown.
        token_url: where machine clients get tokens; empty when unknown.
        publish_machine_arn: the `publish` state machine, for operators; empty when unknown.
        investigate_machine_arn: the `investigate-case` state machine, for operators; empty when unknown.
        screen_machine_arn: the `screen-complaint` state machine, for operators; empty when unknown.
        dead_letters_url: the queue of what no function could take, for operators; empty when unknown.
        relay_name: the function that reads the tables' streams, for operators; empty when unknown.
        failures_queue_url: the queue of executions that failed, for operators; empty when unknown.
        registry_table: the table of numbers, for operators; empty when unknown.
        user_pool_id: the user pool, for operators; empty when unknown.
        cases_table: the table of cases, for operators; empty when unknown.
        sellers_table: the table of organizations and orders, for operators; empty when unknown.
        payments_queue_url: the payment worker's queue, for operators; empty when unknown.
        payments_dead_letters_url: its dead letters, for operators; empty when unknown.
        import_machine_arn: the `import` state machine, for operators; empty when unknown.
        reconcile_machine_arn: the `reconcile` state machine, for operators; empty when unknown.
        operations_bucket: the operators' private files; empty when unknown.
        open_data_bucket: the files of open data, for operators; empty when unknown.
        publish_open_data_name: the function that publishes them, for operators; empty when unknown.
        publish_statistics_name: the same of the data book.
        profile: name of the jurisdiction.
        emulator_url: address of the local cloud; empty on AWS.

    """

    api: str
    region: str
    cognito_url: str
    user_client_id: str = ""
    token_url: str = ""
    publish_machine_arn: str = ""
    investigate_machine_arn: str = ""
    screen_machine_arn: str = ""
    dead_letters_url: str = ""
    relay_name: str = ""
    failures_queue_url: str = ""
    registry_table: str = ""
    user_pool_id: str = ""
    cases_table: str = ""
    sellers_table: str = ""
    payments_queue_url: str = ""
    payments_dead_letters_url: str = ""
    import_machine_arn: str = ""
    reconcile_machine_arn: str = ""
    operations_bucket: str = ""
    open_data_bucket: str = ""
    publish_open_data_name: str = ""
    publish_statistics_name: str = ""
    profile: str = "us"
    emulator_url: str = ""


def load(api: str | None = None, environ: Mapping[str, str] | None = None, start: Path | None = None) -> Config:
    """Return the registry to talk to.

    Raises:
        UsageError: no address is known, or it is none.
    """
    env = os.environ if environ is None else environ
    given = (api or env.get("QUIETLINE_API", "")).rstrip("/")
    outputs = _outputs(env, start or Path.cwd())
    if given and str(outputs.get("api_url", "")).rstrip("/") != given:
        outputs = {}  # the local cloud's client ids are of no use elsewhere
    address = given or str(outputs.get("api_url", "")).rstrip("/")
    if not address:
        raise UsageError(
            "No registry is known.",
            ("Give its address: quietline --api https://registry.example … or QUIETLINE_API.", "Locally: make up."),
        )
    emulator = str(outputs.get("emulator_url", "")).rstrip("/")
    region = env.get("QUIETLINE_REGION") or str(outputs.get("user_pool_id", "")).partition("_")[0] or "us-east-1"
    cognito_url = env.get("QUIETLINE_COGNITO_URL") or emulator or f"https://cognito-idp.{region}.amazonaws.com"
    token_url = (
        env.get("QUIETLINE_TOKEN_URL")
        or str(outputs.get("token_url", ""))
        or (f"{emulator}/oauth2/token" if emulator else "")
    )
    for what, url in (("registry", address), ("sign-in", cognito_url), ("token", token_url)):
        if url and not is_safe(url):
            raise UsageError(f"The {what} address must begin with https:// (http:// only for this machine).")
    return Config(
        api=address,
        region=region,
        cognito_url=cognito_url,
        user_client_id=env.get("QUIETLINE_USER_CLIENT_ID") or str(outputs.get("cli_client_id", "")),
        token_url=token_url,
        publish_machine_arn=env.get("QUIETLINE_PUBLISH_MACHINE") or str(outputs.get("publish_machine_arn", "")),
        investigate_machine_arn=env.get("QUIETLINE_INVESTIGATE_MACHINE")
        or str(outputs.get("investigate_machine_arn", "")),
        screen_machine_arn=env.get("QUIETLINE_SCREEN_MACHINE") or str(outputs.get("screen_machine_arn", "")),
        dead_letters_url=env.get("QUIETLINE_DEAD_LETTERS") or str(outputs.get("dead_letters_url", "")),
        relay_name=env.get("QUIETLINE_RELAY") or str(outputs.get("relay_name", "")),
        failures_queue_url=env.get("QUIETLINE_FAILURES_QUEUE") or str(outputs.get("failures_queue_url", "")),
        registry_table=env.get("QUIETLINE_REGISTRY_TABLE") or str(outputs.get("registry_table", "")),
        user_pool_id=env.get("QUIETLINE_USER_POOL") or str(outputs.get("user_pool_id", "")),
        sellers_table=env.get("QUIETLINE_SELLERS_TABLE") or str(outputs.get("sellers_table", "")),
        payments_queue_url=env.get("QUIETLINE_PAYMENTS_QUEUE") or str(outputs.get("payments_queue_url", "")),
        payments_dead_letters_url=env.get("QUIETLINE_PAYMENTS_DEAD_LETTERS")
        or str(outputs.get("payments_dead_letters_url", "")),
        cases_table=env.get("QUIETLINE_CASES_TABLE") or str(outputs.get("cases_table", "")),
        import_machine_arn=env.get("QUIETLINE_IMPORT_MACHINE") or str(outputs.get("import_machine_arn", "")),
        reconcile_machine_arn=env.get("QUIETLINE_RECONCILE_MACHINE") or str(outputs.get("reconcile_machine_arn", "")),
        operations_bucket=env.get("QUIETLINE_OPERATIONS_BUCKET") or str(outputs.get("operations_bucket", "")),
        open_data_bucket=env.get("QUIETLINE_OPEN_DATA_BUCKET") or str(outputs.get("open_data_bucket", "")),
        publish_open_data_name=env.get("QUIETLINE_PUBLISH_OPEN_DATA") or str(outputs.get("publish_open_data_name", "")),
        publish_statistics_name=env.get("QUIETLINE_PUBLISH_STATISTICS")
        or str(outputs.get("publish_statistics_name", "")),
        profile=env.get("QUIETLINE_PROFILE") or str(outputs.get("profile", "")) or "us",
        emulator_url=emulator,
    )


def is_safe(address: str) -> bool:
    """Tell whether what is sent to an address is not read on the way: HTTPS, or HTTP to this machine."""
    try:
        parsed = urlsplit(address)
        host = parsed.hostname
    except ValueError:
        return False
    return bool(host) and (parsed.scheme == "https" or (parsed.scheme == "http" and host in THIS_MACHINE))


def sample_secrets(environ: Mapping[str, str] | None = None, start: Path | None = None) -> dict[str, str]:
    """Return the second factors of the local cloud's sample users, by address; `make up` writes them."""
    env = os.environ if environ is None else environ
    found = _local("samples.json", env, start or Path.cwd())
    return {str(email): str(secret) for email, secret in found.items()}


def home(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for tokens: `QUIETLINE_HOME`, or `quietline` below the XDG configuration folder."""
    env = os.environ if environ is None else environ
    if env.get("QUIETLINE_HOME"):
        return Path(env["QUIETLINE_HOME"])
    base = env.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "quietline"


def _outputs(env: Mapping[str, str], start: Path) -> dict[str, Any]:
    return _local("outputs.json", env, start)


def _local(name: str, env: Mapping[str, str], start: Path) -> dict[str, Any]:
    folder = env.get("QUIETLINE_LOCAL", ".local")
    for above in (start, *start.parents):
        path = above / folder / name
        if path.is_file():
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise UsageError(f"{path} is not JSON; run make up again.") from error
            return found if isinstance(found, dict) else {}
    return {}
