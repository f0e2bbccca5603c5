"""Each page is readable by day and by night, on a phone too, as Chromium shows it."""

import html
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.change_records import change
from tests.shape import ROOT
from tests.tidegate.bench.test_run import SHORT
from tests.tidegate.test_dashboard_page import METRIC, Told
from tidegate import report_page
from tidegate.bench import page as bench_page
from tidegate.bench.bench import run_all
from tidegate.bench.case import Case
from tidegate.dashboard_page import Span, dashboard_page
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.simulator.scenarios import load_scenario
from tidegate.trial import Trial

BROWSER = "TIDEGATE_CHROMIUM"
"""Where Chromium is; what the pages are must be seen in one, and takes ten seconds."""

SCHEMES = ("light", "dark")
PAGES = ("report", "dashboard", "bench")
TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3 (AA)."""

# Colours are painted with the page's own filter, so what is read is what is seen. A name that was
# clicked away in a legend is half transparent; 1.4.3 leaves out what is inactive.
PROBE = """<script>addEventListener("load", () => setTimeout(() => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const up = (element, has) => element && (has(getComputedStyle(element)) ? element : up(element.parentElement, has));
  const paint = (colour, element) => {
    const filtered = up(element, style => style.filter !== "none");
    pen.filter = filtered ? getComputedStyle(filtered).filter : "none";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
    const drawing = element.closest(".main-svg"), box = element.getBoundingClientRect();
    if (!words || !box.width || up(element, style => style.opacity < 1)) continue;
    const below = up(element, style => !/^rgba.* 0\\)$/.test(style.backgroundColor));
    const ground = paint(getComputedStyle(below).backgroundColor, below);
    const colour = paint(getComputedStyle(element)[drawing ? "fill" : "color"], element);
    const room = drawing && drawing.getBoundingClientRect();
    const is_cut = Boolean(room && (box.left < room.left || box.right > room.right));
    texts.push({words, colour, ground, is_drawn: Boolean(drawing), is_cut});
  }
  const page = document.documentElement;
  const is_wide = page.scrollWidth > page.clientWidth;
  parent.postMessage({texts, is_wide}, "*");
}, 100));</script>"""

# The scheme of a frame's page is that of its element.
FRAMES = """<pre></pre><script>const told = {};
onmessage = ({source, data}) => {
  const frame = [...document.querySelectorAll("iframe")].find(at => at.contentWindow === source);
  told[frame.id] = data;
  document.querySelector("pre").textContent = JSON.stringify(told);
};</script>"""


@dataclass(frozen=True, slots=True)
class Text:
    """A text on a page, with its colour and that of the ground below it as they are seen."""

    words: str
    colour: tuple[int, int, int]
    ground: tuple[int, int, int]
    is_drawn: bool
    is_cut: bool

    @property
    def contrast(self) -> float:
        """As WCAG 2.2 defines it."""
        darker, lighter = sorted((luminance(self.colour), luminance(self.ground)))
        return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True, slots=True)
class Seen:
    """A page of 400 pixels."""

    texts: tuple[Text, ...]
    is_wide: bool


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    shares = (each / 255 for each in colour)
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def report() -> str:
    trial = Trial(replace(load_scenario("race-day"), duration_seconds=660), 1)
    assert any(step.moved for step in trial.steps())
    first = trial.told[0]
    trial.told.append(replace(first, diagnosis=replace(first.diagnosis, advice="Ask a person.")))
    return report_page.page(trial)


def dashboard() -> str:
    lever = Lever.of(LeverKind.SHARD_COUNT, "clicks")
    limit = Limit("2 x 1,000 records/s", 8000, ((lever, 8),))
    lines = (Line(METRIC, "in"), Line(METRIC, "out"))
    rows = [Row("stream", "What comes in.", (Graph("In", "records/s", lines, (limit,)),))]
    span = Span(
        NOON, NOON + timedelta(minutes=5), (change(lever, 8, 2, minutes_ago=-3),),
        (("12:03", "shards: 2 to 8"),),
    )  # fmt: skip
    return dashboard_page(rows, "clicks", Told(), span)


def bench() -> str:
    cases = [Case(SHORT)]
    found = run_all(["tidegate", "static-mean"], cases, 1, lambda: None)
    return bench_page.page(found, cases, "tidegate bench")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Every page by day and by night, in frames of one window."""
    if BROWSER not in os.environ:
        pytest.skip(f"the pages are looked at in {BROWSER}, by make verify")
    folder, frames = tmp_path_factory.mktemp("pages"), FRAMES
    for name, made in zip(PAGES, (report(), dashboard(), bench()), strict=True):
        (folder / f"{name}.html").write_text(made + PROBE, encoding="utf-8")
        frames += "".join(
            f'<iframe id="{name} {scheme}" src="{name}.html" width="400" height="900"'
            f' style="color-scheme: {scheme}"></iframe>'
            for scheme in SCHEMES
        )
    (folder / "frames.html").write_text(frames, encoding="utf-8")
    return dict(_read(folder / "frames.html"))


def _read(frames: Path) -> Iterator[tuple[str, Seen]]:
    dumped = subprocess.run(
        [os.environ[BROWSER], "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
         "--virtual-time-budget=2000", frames.as_uri()],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    (told,) = re.findall("<pre>(.*?)</pre>", dumped, re.DOTALL)
    for name, page in json.loads(html.unescape(told)).items():
        yield name, Seen(tuple(Text(**each) for each in page["texts"]), page["is_wide"])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_every_text_is_readable_on_a_ground_of_the_readers_scheme(
    seen: dict[str, Seen], name: str, scheme: str
) -> None:
    texts = seen[f"{name} {scheme}"].texts
    assert {each.is_drawn for each in texts} == {True, False}
    assert [each for each in texts if each.contrast < TEXT_CONTRAST] == []
    of_other = [each for each in texts if (luminance(each.ground) < 0.18) is (scheme == "light")]
    assert of_other == []


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_no_page_is_moved_sideways_and_no_word_of_a_drawing_is_cut(
    seen: dict[str, Seen], name: str
) -> None:
    page = seen[f"{name} light"]
    assert not page.is_wide
    assert [each.words for each in page.texts if each.is_cut] == []


def test_the_colours_of_the_pages_have_one_home() -> None:
    templates = [*(ROOT / "tidegate").rglob("*.html.jinja")]
    with_colours = {
        file.name for file in templates if re.search(r"#[0-9a-f]{3,6}\b", file.read_text("utf-8"))
    }
    assert len(templates) == 1 + len(PAGES)
    assert with_colours == {"style.html.jinja"}
