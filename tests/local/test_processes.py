"""Servers start once, stop by their own pid, and say in one sentence what is wrong."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.place import LocalCloudError, Place
from infra.local.processes import Server

from .conftest import free_port

PROGRAM = "import http.server, sys; http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()"  # noqa: E501


def server(run: Path, port: int, program: str = PROGRAM, patience: float = 10) -> Server:
    return Server(
        name="sample",
        command=(sys.executable, "-c", program, str(port), "marker-of-this-test"),
        ports=(port,),
        ready_url=f"http://127.0.0.1:{port}/",
        environment=dict(os.environ),
        marker="marker-of-this-test",
        run=run,
        patience=patience,
        farewell=5,
    )


def test_a_server_starts_once_and_stops(tmp_path: Path) -> None:
    one = server(tmp_path, free_port())
    assert one.start() is True
    assert one.start() is False
    assert one.pid() is not None
    assert one.stop() is True
    assert one.pid() is None
    assert one.stop() is False


def test_a_busy_port_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalCloudError, match=rf"^Port {port} is taken .*QUIETLINE_PORT=5566 make up`\.$"):
            server(tmp_path, port).start()


def test_a_server_that_dies_points_to_its_log(tmp_path: Path) -> None:
    dying = server(tmp_path, free_port(), "print('last words', flush=True); raise SystemExit(3)")
    with pytest.raises(LocalCloudError, match=r"stopped at once.*sample\.log"):
        dying.start()
    assert "last words" in dying.log.read_text()


def test_a_recycled_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "sample.pid").write_text(str(stranger.pid))
        one = server(tmp_path, free_port())
        assert one.pid() is None
        assert one.stop() is False
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_ports_move_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIETLINE_PORT", "5566")
    monkeypatch.setenv("QUIETLINE_LOCAL", ".local/other")
    place = Place.from_environment()
    assert (place.site_url, place.mail_url, place.payments_url) == tuple(
        f"http://127.0.0.1:{port}" for port in (5570, 5571, 5572)
    )
    assert place.outputs_file.parts[-3:] == (".local", "other", "outputs.json")


@pytest.mark.parametrize("port", ["80", "abc", "70000", "-1"])
def test_a_bad_port_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("QUIETLINE_PORT", port)
    with pytest.raises(LocalCloudError, match="between 1024 and 65000"):
        Place.from_environment()


def test_clients_of_the_local_cloud_cannot_reach_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.amazonaws.com")
    environment = Place.from_environment().client_environment()
    assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert "AWS_PROFILE" not in environment
    assert "AWS_ENDPOINT_URL_S3" not in environment


def test_the_command_line_says_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", "invoke", "public_api", "README.md"],
        env=os.environ | {"QUIETLINE_PORT": "80", "PYTHONPATH": "layers/core/python:."},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "QUIETLINE_PORT must be a number between 1024 and 65000, for example 4566."
