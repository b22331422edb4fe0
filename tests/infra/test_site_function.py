"""The site's CloudFront function, run by Node as CloudFront would: what there is, what has moved, what is missing."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.stacks import opendata
from infra.stacks.web import FUNCTION_BYTES, viewer_request


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name in ("index.html", "en/index.html", "en/register/index.html", "assets/site.css", "404.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"<h1>Señal {name}</h1>", encoding="utf-8")
    return folder


def ask(site: Path, uri: str) -> dict[str, Any]:
    node = shutil.which("node")
    assert node, "Node is missing"
    call = f"console.log(JSON.stringify(handler({{request: {{uri: {json.dumps(uri)}}}}})))"
    done = subprocess.run([node, "-e", viewer_request(site) + call], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("uri", "file"),
    [("/", "/index.html"), ("/en/register/", "/en/register/index.html"), ("/assets/site.css", "/assets/site.css")],
)
def test_a_page_is_its_file(site: Path, uri: str, file: str) -> None:
    assert ask(site, uri) == {"uri": file}


def test_a_page_without_its_slash_has_moved(site: Path) -> None:
    answer = ask(site, "/en/register")

    assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (301, "/en/register/")


@pytest.mark.parametrize("uri", ["/en/nothing/", "/en/nothing", "/nothing.html", "/en/index.html/"])
def test_what_is_missing_is_answered_with_our_page(site: Path, uri: str) -> None:
    answer = ask(site, uri)

    assert answer["statusCode"] == 404
    assert answer["body"]["data"] == "<h1>Señal 404.html</h1>"


def test_a_site_that_outgrows_the_function_is_refused_at_synth(site: Path, tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("x" * FUNCTION_BYTES)

    with pytest.raises(ValueError, match="more than 10240"):
        viewer_request(tmp_path)


def ask_data(uri: str, accept: str | None = None) -> dict[str, Any]:
    node = shutil.which("node")
    assert node, "Node is missing"
    headers = {"accept-language": {"value": accept}} if accept is not None else {}
    call = f"console.log(JSON.stringify(handler({{request: {json.dumps({'uri': uri, 'headers': headers})}}})))"
    code = opendata.viewer_request("us") + call
    answer: dict[str, Any] = json.loads(subprocess.run([node, "-e", code], capture_output=True, check=True).stdout)
    return answer


@pytest.mark.parametrize(
    ("accept", "there"),
    [
        (None, "/data/en/"),
        ("de", "/data/en/"),
        ("es-MX,es;q=0.9,en;q=0.8", "/data/es/"),
        ("en-US, es;q=0.5", "/data/en/"),
        ("fr, ES;q=0.5", "/data/es/"),
    ],
)
def test_open_data_is_shown_in_the_readers_language(accept: str | None, there: str) -> None:
    for uri in ("/data", "/data/"):
        answer = ask_data(uri, accept)
        assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (302, there)


def test_a_page_of_open_data_is_its_file_and_a_file_itself() -> None:
    assert ask_data("/data/en/fees/")["uri"] == "/data/en/fees/index.html"
    assert ask_data("/data/index.json")["uri"] == "/data/index.json"
