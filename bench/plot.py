"""Draws bars as SVG, in colours that are read on a white and on a black page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bench.figures import Chapter, shown

WIDTH, LABEL, BAR, GAP, TOP = 780, 270, 20, 8, 46
COLOURS = {"plumbline": "#2f81f7", "stock nameko": "#d29922", "aio-pika": "#3fb950", "raw py-amqp": "#8b949e"}
FONT = 'font-family="system-ui, sans-serif" font-size="13" fill="#8b949e"'


def bars(title: str, unit: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars: label, value, colour; a row without a label is a gap."""
    most = max((value for _, value, _ in rows), default=1) or 1
    room, height = WIDTH - LABEL - 90, TOP + len(rows) * (BAR + GAP)
    parts = [f'<text x="10" y="24" {FONT} font-weight="bold">{escape(title)} ({escape(unit)})</text>']
    for number, (label, value, colour) in enumerate(rows):
        if not label:
            continue
        y, length = TOP + number * (BAR + GAP), room * value / most
        parts += [
            f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end" {FONT}>{escape(label)}</text>',
            f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3" fill="{colour}"/>',
            f'<text x="{LABEL + length + 6:.1f}" y="{y + 15}" {FONT}>{shown(float(value))}</text>',
        ]
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n{body}\n</svg>\n'


def plots(chapter: Chapter) -> dict[str, str]:
    """The drawings of a chapter by file name; only calls have any."""
    if chapter.name != "rpc":
        return {}
    rate, cost = [], []
    for size, callers, who, per_s, _, _, _, *used in chapter.tables[0].rows:
        if rate and who == rate[0][0].partition(",")[0]:
            rate.append(("", 0.0, ""))
            cost.append(("", 0.0, ""))
        label, colour = f"{who}, {size}, {callers} at once", COLOURS.get(who, "#8b949e")
        rate.append((label, float(per_s), colour))
        cost.append((label, float(sum(used)), colour))
    return {
        "performance-calls.svg": bars("Calls a second", "more is better", rate),
        "performance-cost.svg": bars(
            "Processor time of a call: caller, service and broker", "µs, less is better", cost
        ),
    }
