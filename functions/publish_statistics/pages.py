"""The pages of open data: an overview with the daily files, and a page for each book, made of what is published."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quietline.http.site.render import Pages, pages
from quietline.kernel.clock import from_text
from quietline.opendata.ports import Files
from quietline.opendata.publish import INDEX as DAILY
from quietline.pages.words import count, size
from quietline.profiles.profile import Profile
from quietline.statistics.answer import Statistics
from quietline.statistics.publish import PROVISIONAL, Edition

from functions.publish_statistics.charts import HEADLINE, SECTIONS, Section, Words, section

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"
LISTED = 35
"""Daily files on the page; the FTC keeps about as many."""


@dataclass(frozen=True)
class DataPages:
    """Draws every page in every language of the profile."""

    profile: Profile
    files: Files

    def publish(self) -> list[str]:
        """Write the pages; return their names."""
        shown = pages(self.profile.name, HERE, "data")
        written = []
        for language in self.profile.languages:
            page = _Language(self.profile, self.files, shown, language)
            made = {f"{language}/index.html": page.overview()}
            made |= {f"{language}/{book}/index.html": page.book(book) for book in SECTIONS}
            for name, html in made.items():
                self.files.publish(name, html.encode(), HTML)
            written += sorted(made)
        return written


@dataclass(frozen=True)
class _Language:
    profile: Profile
    files: Files
    shown: Pages
    language: str

    @property
    def words(self) -> Words:
        return Words(self.profile, self.language, self.shown.text(self.language))

    @property
    def text(self) -> dict[str, Any]:
        found: dict[str, Any] = self.shown.text(self.language)["data"]
        return found

    def overview(self) -> str:
        """Return the page with every book's main number, and the daily files."""
        known = self.files.published(DAILY)
        files = json.loads(known)["files"][:LISTED] if known else []
        lead = self.text["daily_lead"].replace("{count}", str(len(files))).replace("{index}", self.text["index"])
        values = {
            "title": self.text["heading"],
            "above": False,
            "books": [self._headline(book) for book in SECTIONS],
            "files": [self._day(one) for one in files],
            "daily_lead": lead,
        }
        return self._page("overview", "", values)

    def book(self, book: str) -> str:
        """Return the page of a book: charts and tables of its newest year, and all editions."""
        years = Statistics(self.files).index().get(book, {})
        editions = [(int(year), one) for year, made in sorted(years.items(), reverse=True) for one in reversed(made)]
        newest = editions[0] if editions else None
        drawn = [self._section(book, newest[0], one) for one in SECTIONS[book]] if newest else []
        if len(years) > 1:
            drawn.insert(0, self._years(book, sorted(map(int, years))))
        source = self.profile.statistics.population_source
        values = {
            "title": self.text["names"][book],
            "above": True,
            "book": book,
            "when": self._when(*newest) if newest else "",
            "published": self._published(newest[1]) if newest else "",
            "sections": drawn,
            "population": self.text["population"].replace("{source}", source)
            if any(one.value == "per_100000" for one in SECTIONS[book])
            else "",
            "editions": [
                {
                    "when": self._when(year, one),
                    "published": self._published(one),
                    "manifest": one["manifest"],
                    "folder": f"/data/{one['manifest'].rsplit('/', 1)[0]}",
                    "tables": one["tables"],
                }
                for year, one in editions
            ],
        }
        return self._page("book", f"{book}/", values)

    def _page(self, template: str, path: str, values: dict[str, Any]) -> str:
        return self.shown.page(template, self.language, {"prefix": "/data", "path": path} | values)

    def _rows(self, book: str, year: int, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(Statistics(self.files).table(book, year, table).body)["rows"]
        return rows

    def _section(self, book: str, year: int, one: Section) -> dict[str, Any]:
        edition = Statistics(self.files).table(book, year, one.table).edition
        caption = self.text["sections"][book][one.table]
        made = section(self.words, caption, self._rows(book, year, one.table), one.kind, one.value)
        return made | {"files": f"/data/{edition['manifest'].rsplit('/', 1)[0]}/{one.table}"}

    def _years(self, book: str, years: list[int]) -> dict[str, Any]:
        """Return the section that compares years, each in its newest version."""
        index = Statistics(self.files).index()[book]
        rows = [
            {"year": self._year(year, index[str(year)][-1]), **row}
            for year in years
            for row in self._rows(book, year, "total")[:1]
        ]
        told = [
            {
                name: value
                for name, value in row.items()
                if name not in ("first_day", "last_day", "first_list", "last_list")
            }
            for row in rows
        ]
        return section(self.words, self.text["years"], told, "columns", HEADLINE[book]) | {"files": ""}

    def _headline(self, book: str) -> dict[str, Any]:
        years = Statistics(self.files).index().get(book, {})
        if not years:
            return {"name": book, "value": "", "when": "", "href": ""}
        year = max(map(int, years))
        total = self._rows(book, year, "total")
        value = self.words.shown(HEADLINE[book], total[0]) if total else "0"
        return {
            "name": book,
            "value": value,
            "when": self._when(year, years[str(year)][-1]),
            "href": f"/data/{self.language}/{book}/",
        }

    def _day(self, one: dict[str, Any]) -> dict[str, Any]:
        files = one.get("files") or [{"name": one["file"], "format": "csv", "bytes": None, "sha256": one["sha256"]}]
        return {
            "date": one["date"],
            "rows": count(one["rows"]),
            "published": f"{one['published_at'][:10]} (v{one['version']})",
            "manifest": one["manifest"],
            "files": [
                {
                    "name": file["name"],
                    "kind": file["format"].upper(),
                    "size": size(file["bytes"]) if file["bytes"] is not None else self.text["blank"],
                    "sha256": file["sha256"],
                }
                for file in files
            ],
        }

    def _when(self, year: int, edition: Edition) -> str:
        text = str(self.text["latest"]).replace("{year}", str(year))
        return f"{text}, {self.text['running']}" if edition["version"] == PROVISIONAL else text

    def _year(self, year: int, edition: Edition) -> str:
        return f"{year}, {self.text['running']}" if edition["version"] == PROVISIONAL else str(year)

    def _published(self, edition: Edition) -> str:
        day = self.shown.day(self.profile.local_date(from_text(edition["published_at"])), self.language)
        version = (
            self.text["provisional"]
            if edition["version"] == PROVISIONAL
            else self.text["version"].replace("{n}", edition["version"].removeprefix("v"))
        )
        return str(self.text["published"]).replace("{day}", day).replace("{version}", version)
