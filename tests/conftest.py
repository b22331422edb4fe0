"""Fixtures for everybody: a clock, the profile, AWS in memory (`cloud`) and the privacy tripwire."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, settings
from quietline.adapters import aws, secrets, signing
from quietline.kernel.clock import FixedClock
from quietline.kernel.settings.base import Settings
from quietline.profiles import profile as profiles
from quietline.profiles.profile import Profile, load_profile
from typer import testing as typer_testing

from tests.helpers import LambdaContext, Tripwire
from tests.memory import Beginning, make
from tests.moto_faster import make_faster

os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
# otherwise each run of the command line in a test reads the signatures of all of its commands anew
typer_testing._get_command = cache(typer_testing._get_command)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
# an example takes as long as the machine is busy: that is no failure of what is tested
settings.register_profile("ours", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture
def clock() -> FixedClock:
    """24 November 2026, 10:00 in Washington; tests move it."""
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def profile() -> Profile:
    return load_profile("us")


@pytest.fixture(scope="session")
def proving_profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profile]:
    """The profile `proved`: the United States as they would be if they proved the line at registration."""
    folder = tmp_path_factory.mktemp("profiles")
    us = (profiles.FOLDER / "us.toml").read_text(encoding="utf-8")
    (folder / "us.toml").write_text(us, encoding="utf-8")
    codes = '[registration.proof]\nchannels = ["sms", "call"]\nminutes = 60\ntries = 2\nper_number_per_day = 3\n'
    proved = us.replace('name = "us"', 'name = "proved"', 1).replace("[hygiene]", f"{codes}\n[hygiene]", 1)
    (folder / "proved.toml").write_text(proved, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "FOLDER", folder)
        yield load_profile("proved")


@dataclass
class Cloud:
    """What exists in the AWS in memory."""

    values: dict[str, Any]
    setenv: Callable[[str, str], None] = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def settings[S: Settings](self, model: type[S], **changes: Any) -> S:
        """Return a function's settings with the names of this cloud; `changes` win."""
        known = {f.name: self.values[f.name] for f in fields(model) if f.name in self.values}
        return model(**(known | changes))

    def use[S: Settings](self, model: type[S], **changes: Any) -> S:
        """Put a function's settings into the environment, as Lambda would, and return them."""
        made = self.settings(model, **changes)
        for name, value in made.to_env().items():
            self.setenv(name, value)
        return made


@cache
def _rsa_key(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent, key_size)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """moto with tables, bucket, keys, secrets, queues and a verified sender; nothing leaves the process."""
    # clients made after this import are moto's whenever it is switched on, so they can be kept from test to test
    from moto import mock_aws

    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "quietline",
        "POWERTOOLS_SERVICE_NAME": "test",
    }.items():
        monkeypatch.setenv(name, value)
    # moto makes RSA keys for every key of KMS, also for those that need none: half of this fixture's time
    monkeypatch.setattr("moto.kms.utils.rsa", SimpleNamespace(generate_private_key=_rsa_key))
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    # moto's one server has what there is, and would let every reading of dead letters wait out its last questions
    monkeypatch.setattr("quietline.adapters.queues.WAIT_SECONDS", 0)
    _forget()
    if not _moto_clients:
        aws.forget_clients()
        _moto_clients.append(True)
    _sign_digests(monkeypatch)
    _take_codes_of_neighbours(monkeypatch)
    make_faster()
    with mock_aws():
        yield Cloud(_beginning.begin(make), monkeypatch.setenv)
    _forget()


_moto_clients: list[bool] = []
_beginning = Beginning()


def _sign_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's KMS hashes also what came as MessageType DIGEST: let it sign 32 bytes as they are, as KMS does."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256
    from moto.kms.utils import ECDSAPrivateKey

    plain = ECDSAPrivateKey.sign

    def sign(key: Any, message: bytes, algorithm: str) -> bytes:
        if len(message) == 32 and algorithm == "ECDSA_SHA_256":
            return bytes(key.private_key.sign(message, ec.ECDSA(utils.Prehashed(SHA256()))))
        return bytes(plain(key, message, algorithm))

    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign)


def _take_codes_of_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto takes the code of this half minute alone, which may end before a test has sent it; Cognito does not."""
    from moto.cognitoidp.utils import verify_totp

    monkeypatch.setattr("moto.cognitoidp.models.verify_totp", partial(verify_totp, valid_window=1))


def _forget() -> None:
    import sys

    secrets.forget_secrets()
    signing.forget_keys()
    for name, module in list(sys.modules.items()):
        if name in ("quietline.bootstrap", "quietline.http.idempotency") or (
            name.startswith("functions.") and name.endswith((".wiring", ".handler", ".app"))
        ):
            for value in list(vars(module).values()):
                # profiles are files that never change: only what was made of a test's cloud is made anew
                if hasattr(value, "cache_clear") and value is not load_profile:
                    value.cache_clear()


@pytest.fixture
def context() -> LambdaContext:
    return LambdaContext()


@pytest.fixture
def tripwire(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Tripwire]:
    """Fail the test when a number, an address or a token it uses shows up in what the code logs or prints."""
    wire = Tripwire()
    emit = logging.StreamHandler.emit

    def recorded(handler: Any, record: logging.LogRecord) -> None:
        wire.lines.append(handler.format(record))
        emit(handler, record)

    monkeypatch.setattr(logging.StreamHandler, "emit", recorded)
    yield wire
    out, err = capsys.readouterr()
    leaks = wire.found_in("\n".join([*wire.lines, err, out]))
    assert not leaks, f"personal data in the logs: {leaks}"
