"""Pages of their own: one file that holds players, their style and numbers, and no network."""

import base64
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rnnviz.errors import RnnvizError
from rnnviz.files import replacing
from rnnviz.tracing import Trace
from rnnviz.web.module import module, style
from rnnviz.web.record import FORMAT as CELLS
from rnnviz.web.record import record

Json = dict[str, Any]
THEMES = ("light", "dark", "")
# The module is packed, for it is most of a page. A script's own text is what its hash allows, so
# it is put in as text; a browser that is too old to unpack it says so in its console. Of several
# modules on a page each loader takes the first that none has taken.
_LOADER = """const free = 'script[type="application/gzip"]:not([data-taken])';
const packed = document.querySelector(free);
packed.dataset.taken = "";
const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const script = document.createElement("script");
script.type = "module";
script.textContent = await new Response(stream).text();
document.head.append(script);
"""
_NO_SCRIPT = "This player needs JavaScript; it loads nothing and sends nothing."
_LAYOUT = (
    "body { margin: 0; background: #fff; } "
    "@media not print { @media (prefers-color-scheme: dark) { "
    "body { background: #12151d; color: #f2f4fa; } } } "
    "h1 { font: 700 1.75rem/1.2 serif; margin: 1rem; } "
    ".rv-unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; "
    "clip-path: inset(50%); white-space: nowrap; }"
)


def page_of(records: Sequence[Json], title: str = "", theme: str = "") -> str:
    """Return an HTML page with a player for each record (rnnviz.web.record or figure_record).

    It loads nothing, and its content security policy allows nothing but its own script and style.
    With one player ``#t2.f`` behind its address starts at that beat, with several ``#lstm:t2.f``.
    ``theme`` is light or dark, or empty for the reader's own; RnnvizError for another.
    """
    _check_theme(theme)
    names, kinds = _ids(records), _kinds(records)
    sheet = f"{_LAYOUT}\n{style(*kinds)}"
    several = "Recurrent cells" if kinds == (CELLS,) else "Recurrent networks"
    heading = title or (records[0]["title"] if len(records) == 1 else several)
    modules = " ".join(_hash(module(kind)) for kind in kinds)
    unseen = ' class="rv-unseen"' if len(records) == 1 else ""
    policy = (
        f"default-src 'none'; script-src {_hash(_LOADER)} {modules}; "
        f"style-src {_hash(sheet)}; "
        "base-uri 'none'; form-action 'none'"
    )
    players = "\n".join(_player(one, name, theme) for one, name in zip(records, names, strict=True))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(heading)}</title>
<style>{sheet}</style>
</head>
<body>
<main>
<h1{unseen}>{escape(heading)}</h1>
{players}
</main>
{_scripts(kinds)}
</body>
</html>
"""


def snippet_of(made: Json, theme: str = "") -> str:
    """Return HTML to paste into a page of one's own: a player with its numbers, style and script.

    Several on one page work together, and any but one may go without their script and style. The
    player has no id, which would have to differ from all others on that page.
    """
    _check_theme(theme)
    kinds = _kinds([made])
    return f"{_player(made, '', theme)}\n<style>{style(*kinds)}</style>\n{_scripts(kinds)}\n"


def write_page(trace: Trace, path: str | Path, theme: str = "", **given: Any) -> None:
    """Write the page of one trace; what else is given goes to rnnviz.web.record."""
    write(page_of([record(trace, **given)], theme=theme), path)


def write(text: str, path: str | Path) -> None:
    """Write a page; an existing file is replaced when it is complete."""
    with replacing(Path(path)) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def embedded(data: Mapping[str, Any]) -> str:
    """Return JSON that can stand in a script element, whatever texts it holds."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _player(made: Json, name: str, theme: str) -> str:
    named = f' id="{name}"' if name else ""
    themed = f' theme="{theme}"' if theme else ""
    return (
        f"<{made['format']}{named}{themed}>"
        f'<script type="application/json">{embedded(made)}</script>'
        f"<noscript><p>{_NO_SCRIPT}</p></noscript></{made['format']}>"
    )


def _kinds(records: Sequence[Json]) -> tuple[str, ...]:
    """Return which elements hold the records, each once: they are called as the formats are."""
    return tuple(dict.fromkeys(one["format"] for one in records))


def _scripts(kinds: Sequence[str]) -> str:
    return "\n".join(
        f'<script type="application/gzip">{_packed(module(kind))}</script>\n'
        f'<script type="module">{_LOADER}</script>'
        for kind in kinds
    )


def _packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


def _ids(records: Sequence[Json]) -> list[str]:
    """Return an id for each player: its cell's or figure's name, numbered from the second on."""
    seen: Counter[str] = Counter()
    names = []
    for one in records:
        name = one["name"] if one["format"] != CELLS else one["variants"][0]["cell"]
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def _check_theme(theme: str) -> None:
    if not isinstance(theme, str) or theme not in THEMES:
        raise RnnvizError(f"theme: wanted one of light, dark or an empty text, got {theme!r}")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
