"""The front door hands requests on unchanged; the mail page shows mails safely; payments stay on this machine."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from infra.local import mailpage
from infra.local.frontdoor import MailDoor, SiteDoor
from infra.local.place import ROOT, TOOLS

from .conftest import free_port


class Upstream(BaseHTTPRequestHandler):
    """Stands in for the emulator and answers with what it was sent."""

    protocol_version = "HTTP/1.1"
    mails: ClassVar[dict[str, Any]] = {"messages": {}}

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = {"method": self.command, "path": self.path, "headers": list(self.headers.items()), "body": body.decode()}
        document = self.mails if self.path == "/_ministack/ses/messages" else sent
        data = json.dumps(document).encode()
        self.send_response(303 if self.path == "/forms/register" else 200)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do_DELETE = answer


def serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    upstream = serve(Upstream)
    port = upstream.server_address[1]
    site = serve(type("Site", (SiteDoor,), {"emulator_port": port, "state": tmp_path}))
    mail = serve(type("Mail", (MailDoor,), {"emulator_port": port, "state": tmp_path}))
    (tmp_path / "outputs.json").write_text(json.dumps({"distribution_domain": "E123.cloudfront.net"}))
    yield site.server_address[1], mail.server_address[1], tmp_path
    for server in (site, mail, upstream):
        server.shutdown()
        server.server_close()


def request(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, list[Any], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, answer.getheaders(), answer.read().decode()
    connection.close()
    return found


def test_a_form_arrives_as_it_was_sent(doors: tuple[int, int, Path]) -> None:
    site, _, _ = doors
    body = "numbers=%2B12025550143&email=a%40example.com"
    status, headers, text = request(
        site,
        "POST",
        "/forms/register",
        body,
        Content_Type="application/x-www-form-urlencoded",
        X_Forwarded_For="9.9.9.9",
    )
    sent = json.loads(text)
    names = {name.lower(): value for name, value in sent["headers"]}
    assert status == 303
    assert (sent["method"], sent["path"], sent["body"]) == ("POST", "/forms/register", body)
    assert names["host"].startswith("E123.cloudfront.localhost:")
    assert names["x-forwarded-for"] == "127.0.0.1"
    assert [value for name, value in headers if name == "Set-Cookie"] == ["a=1", "b=2"]


def test_head_has_no_body(doors: tuple[int, int, Path]) -> None:
    assert request(doors[0], "HEAD", "/en/")[2] == ""


def test_before_the_first_deployment_it_says_so(doors: tuple[int, int, Path]) -> None:
    (doors[2] / "outputs.json").unlink()
    status, _, text = request(doors[0], "GET", "/")
    assert status == 503
    assert "make up" in text


def test_a_body_beyond_the_limit_is_refused(doors: tuple[int, int, Path]) -> None:
    assert request(doors[0], "POST", "/v1/registrations", Content_Length=str(13 * 1024 * 1024))[0] == 413


RECORD = {
    "MessageId": "m-1",
    "Source": "no-reply@example.com",
    "To": ["ana@example.com"],
    "Subject": "Confirm <your> number",
    "BodyText": "Open http://127.0.0.1:4570/en/confirm/#abc.def. <script>alert(1)</script>",
    "BodyHtml": "<html><head></head><body><a href='http://127.0.0.1:4570/'>Confirm</a></body></html>",
    "Timestamp": 1_790_000_000.0,
    "Type": "SendEmail",
}


def test_mails_are_readable_for_people_and_tests(doors: tuple[int, int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Upstream, "mails", {"messages": {"000000000000": [RECORD, RECORD | {"MessageId": "m-2"}]}})
    _, mail, _ = doors
    document = json.loads(request(mail, "GET", "/messages.json")[2])
    assert document["messages"][0].keys() == {"id", "to", "sender", "subject", "text", "html", "date"}
    assert document["messages"][0]["to"] == ["ana@example.com"]
    status, _, inbox = request(mail, "GET", "/")
    assert status == 200
    assert "Confirm &lt;your&gt; number" in inbox
    page = request(mail, "GET", "/messages/m-1")[2]
    assert '<a href="http://127.0.0.1:4570/en/confirm/#abc.def">' in page
    assert "<script>" not in page
    assert '<base target="_top">' in request(mail, "GET", "/messages/m-1/html")[2]
    assert request(mail, "GET", "/messages/none")[0] == 404


def test_newest_mail_first() -> None:
    mails = mailpage.parse({"a": [RECORD, RECORD | {"MessageId": "later", "Timestamp": 1_790_000_001.0}]})
    assert [mail.id for mail in mails] == ["later", "m-1"]


def test_the_payment_server_listens_on_this_machine_only_and_remembers(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "deep/payments.pickle"
    command = [TOOLS / "payments/bin/python", ROOT / "infra/local/payments.py", str(port), str(state)]
    fixed_file = Path("/tmp/localstripe.pickle")
    before = fixed_file.stat().st_mtime_ns if fixed_file.exists() else None

    def call(path: str, **fields: str) -> dict[str, Any]:
        data = urllib.parse.urlencode(fields).encode() if fields else None
        sent = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data)
        sent.add_header("Authorization", "Basic c2tfdGVzdF9sb2NhbDo=")
        with urllib.request.urlopen(sent, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def run() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": os.defpath}
        )
        for _ in range(300):
            try:
                call("/v1/customers")
            except OSError:
                time.sleep(0.1)
            else:
                return process
        process.kill()
        raise AssertionError("the payment server did not start")

    process = run()
    try:
        customer = call("/v1/customers", email="sunny@example.com")
        if sys.platform == "linux":
            table = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
            listening = [line.split()[1] for line in table.splitlines() if f":{port:04X} " in line and " 0A " in line]
            assert listening == [f"0100007F:{port:04X}"]
    finally:
        process.terminate()
        process.wait(10)
    again = run()
    try:
        assert call(f"/v1/customers/{customer['id']}")["email"] == "sunny@example.com"
    finally:
        again.terminate()
        again.wait(10)
    assert (fixed_file.stat().st_mtime_ns if fixed_file.exists() else None) == before
