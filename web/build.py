"""Build the static site: `python -m web.build` writes `build/site`. Needs node_modules, no network.

The pages come from the templates and texts of `functions/site_forms`, so that a form that is shown again with errors is
the same form.
"""

import os
import shutil
import subprocess
from pathlib import Path

from quietline.profiles.profile import load_profile

from functions.site_forms.render import Pages

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "site"
STYLES = ROOT / "web" / "styles"
SCRIPTS = ROOT / "web" / "scripts"
OPENAPI = ROOT / "docs" / "reference" / "openapi.json"
FORMS = {
    "": "home",
    "register/": "register",
    "verify/": "verify",
    "remove/": "remove",
    "move/": "move",
    "asked/": "asked",
    "stop/": "stop",
    "complain/": "complain",
    "complaint-status/": "complaint_status",
    "who-called/": "who_called",
    "sellers/": "sellers",
}
ARTICLES = ("privacy", "accessibility")


def build(site: Path = SITE, profile_name: str = "us") -> list[Path]:
    """Write the site anew and return its files.

    Args:
        site: folder that is replaced.
        profile_name: the jurisdiction.

    Raises:
        subprocess.CalledProcessError: the styles do not compile.
    """
    profile = load_profile(profile_name)
    pages = Pages(profile)
    shutil.rmtree(site, ignore_errors=True)
    (site / "assets").mkdir(parents=True)
    for name in ("site", "paper", "portal", "console", "data"):
        _styles(name, site / "assets" / f"{name}.css")
    shutil.copy(STYLES / "icon.svg", site / "assets" / "icon.svg")
    for script in SCRIPTS.glob("*.js"):
        shutil.copy(script, site / "assets" / script.name)
    for language in profile.languages:
        for path, template in FORMS.items():
            _write(site / language / path / "index.html", pages.page(template, language, path=path))
        for name in ARTICLES:
            t = pages.text(language)
            page = pages.page("article", language, path=f"{name}/", title=t["titles"][name], article=t[name])
            _write(site / language / name / "index.html", page)
    first = profile.languages[0]
    choices = [
        {
            "code": language,
            "name": pages.text(language)["language_name"],
            "heading": pages.text(language)["choose_language"],
        }
        for language in profile.languages
    ]
    _write(site / "index.html", pages.page("language", first, choices=choices))
    missing = pages.text(first)["problems"]["404"]
    _write(site / "404.html", pages.page("problem", first, title=missing["title"], body=missing["body"]))
    if OPENAPI.is_file():
        shutil.copy(OPENAPI, site / "openapi.json")
    return sorted(path for path in site.rglob("*") if path.is_file())


def _styles(name: str, target: Path) -> None:
    subprocess.run(  # noqa: S603 - our own node_modules
        [
            str(ROOT / "node_modules" / ".bin" / "sass"),
            "--load-path=node_modules",
            "--style=compressed",
            "--no-source-map",
            "--quiet-deps",
            str(STYLES / f"{name}.scss"),
            str(target),
        ],
        check=True,
        cwd=ROOT,
    )


def _write(path: Path, page: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    files = build(profile_name=os.environ.get("QUIETLINE_PROFILE", "us"))
    print(f"{len(files)} files in {SITE.relative_to(ROOT)}")  # noqa: T201 - a command's answer
