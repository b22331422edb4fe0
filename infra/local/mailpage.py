"""The mail page: what the deployed functions sent through SES, readable by people and by tests."""

import html
import json
import re
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

_LINK = re.compile(r"https?://[^\s<>\"]+")

_STYLE = """
:root{color-scheme:light dark}
body{font:1.0625rem/1.5 system-ui,sans-serif;margin:0;color:#14212b;background:#fff}
header{background:#0b3d5c;color:#fff;padding:.75rem 1rem}
header a{color:#fff}
main{max-width:52rem;margin:0 auto;padding:1rem}
a{color:#0b4f7a}
a:focus{outline:3px solid #ffbf47;outline-offset:2px}
ol{list-style:none;padding:0}
li{border-top:1px solid #9fb0bc;padding:.75rem 0}
.meta{color:#42525e}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f6f8;padding:1rem;font:inherit}
iframe{width:100%;height:32rem;border:1px solid #9fb0bc;background:#fff}
@media (prefers-color-scheme:dark){body{color:#eef2f5;background:#10181f}a{color:#8cc8f0}.meta{color:#b6c4ce}
pre{background:#1b2731}}
"""


@dataclass(frozen=True)
class Mail:
    """One sent mail; `date` is UTC ISO-8601."""

    id: str
    to: list[str]
    sender: str
    subject: str
    text: str
    html: str
    date: str


def fetch(emulator_port: int) -> list[Mail] | None:
    """All sent mails, newest first; None when the emulator does not answer."""
    url = f"http://127.0.0.1:{emulator_port}/_ministack/ses/messages"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            accounts = json.load(answer)["messages"]
    except (OSError, ValueError, KeyError):
        return None
    return parse(accounts)


def parse(accounts: dict[str, list[dict[str, Any]]]) -> list[Mail]:
    """Mails of the emulator's answer, newest first."""
    mails = [_mail(record) for records in accounts.values() for record in records]
    return sorted(mails, key=lambda mail: mail.date, reverse=True)


def _mail(record: dict[str, Any]) -> Mail:
    stamp = record.get("Timestamp", 0)
    date = datetime.fromtimestamp(float(stamp), UTC).isoformat() if isinstance(stamp, int | float) else str(stamp)
    return Mail(
        id=str(record["MessageId"]),
        to=list(record.get("To") or []),
        sender=str(record.get("Source") or ""),
        subject=str(record.get("Subject") or ""),
        text=str(record.get("BodyText") or ""),
        html=str(record.get("BodyHtml") or ""),
        date=date,
    )


def as_json(mails: list[Mail]) -> bytes:
    """`{"messages": […]}`, newest first."""
    return json.dumps({"messages": [asdict(mail) for mail in mails]}, ensure_ascii=False).encode()


def _page(title: str, body: str, *, refresh: bool = False) -> str:
    again = '<meta http-equiv="refresh" content="15">' if refresh else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{again}'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        '<header><a href="/">Mails of the local cloud</a></header>'
        f"<main><h1>{html.escape(title)}</h1>{body}</main></body></html>"
    )


def inbox(mails: list[Mail]) -> str:
    """The page with all mails."""
    if not mails:
        return _page("No mails yet", "<p>Nothing was sent. This page looks again every 15 seconds.</p>", refresh=True)
    rows = "".join(
        f'<li><a href="/messages/{html.escape(mail.id)}">{html.escape(mail.subject or "(no subject)")}</a>'
        f'<br><span class="meta">to {html.escape(", ".join(mail.to))}, {html.escape(_when(mail))}</span></li>'
        for mail in mails
    )
    count = "1 mail" if len(mails) == 1 else f"{len(mails)} mails"
    note = f'<p class="meta">{count}, newest first. No mail leaves this machine.</p>'
    return _page("Sent mails", f"{note}<ol>{rows}</ol>", refresh=True)


def single(mail: Mail) -> str:
    """The page of one mail: the text with links that can be followed, then the HTML as the reader would see it."""
    text = f"<h2>Text</h2><pre>{_linked(mail.text)}</pre>" if mail.text else ""
    frame = (
        f'<h2>HTML</h2><iframe title="HTML body of the mail" sandbox="allow-popups allow-popups-to-escape-sandbox '
        f'allow-top-navigation-by-user-activation" src="/messages/{html.escape(mail.id)}/html"></iframe>'
        if mail.html
        else ""
    )
    people = f"From {html.escape(mail.sender)} to {html.escape(', '.join(mail.to))}, {html.escape(_when(mail))}"
    return _page(mail.subject or "(no subject)", f'<p class="meta">{people}</p>{text}{frame}')


def html_body(mail: Mail) -> str:
    """The HTML body; its links open in the whole window and not inside the frame."""
    return mail.html.replace("<head>", '<head><base target="_top">', 1)


def missing() -> str:
    """The page for an unknown mail."""
    return _page("There is no such mail", '<p><a href="/">All mails</a></p>')


def _linked(text: str) -> str:
    parts, end = [], 0
    for match in _LINK.finditer(text):
        url = match.group().rstrip(".,;)")
        parts.append(html.escape(text[end : match.start()]))
        parts.append(f'<a href="{html.escape(url)}">{html.escape(url)}</a>')
        end = match.start() + len(url)
    return "".join([*parts, html.escape(text[end:])])


def _when(mail: Mail) -> str:
    return mail.date.replace("T", " ")[:19] + " UTC"
