"""Charts of figures that span powers of ten, as SVG text: readable on light and dark pages.

    svg = dots("CPU seconds", [("fan-out", [("Kreisel", 0.4, "kreisel")])], "measured on ...")

Each panel is a row a name, a dot on a logarithmic axis that all panels share, and the figure beside
it. Rows of kind `kreisel` and `floor` have colours of their own; None instead of a figure says so.
"""

import html
import math

STYLE = """\
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .panel { font-weight: 600 }
  .quiet { fill: #656d76 }
  .grid { stroke: #d1d9e0 }
  .other { fill: #57606a; stroke: #57606a }
  .floor { fill: #9a6700; stroke: #9a6700 }
  .kreisel { fill: #0969da; stroke: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .other { fill: #9198a1; stroke: #9198a1 }
    .floor { fill: #d29922; stroke: #d29922 }
    .kreisel { fill: #4493f8; stroke: #4493f8 }
  }
"""
WIDTH = 860
NAME_WIDTH = 220
FIGURE_WIDTH = 70
ROW = 18
PANEL_GAP = 30
TOP = 64


def text(x, y, words, css="", anchor="start"):
    css = f' class="{css}"' if css else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{css}>{html.escape(words)}</text>'


def figure_text(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


class Axis:
    """Powers of ten from just below the least figure to just above the greatest."""

    def __init__(self, figures):
        self.low = math.floor(math.log10(min(figures)))
        self.high = max(math.ceil(math.log10(max(figures))), self.low + 1)
        self.width = WIDTH - NAME_WIDTH - FIGURE_WIDTH

    def x(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return NAME_WIDTH + share * self.width

    def marks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def row_lines(axis, y, name, value, css):
    lines = [text(NAME_WIDTH - 10, y + 4, name, anchor="end")]
    if value is None:
        return [*lines, text(NAME_WIDTH + 6, y + 4, "failed", "quiet")]
    x = axis.x(value)
    return [*lines,
            f'<line x1="{NAME_WIDTH}" x2="{x:.1f}" y1="{y}" y2="{y}" class="{css}" '
            'stroke-opacity="0.4" stroke-width="2"/>',
            f'<circle cx="{x:.1f}" cy="{y}" r="5" class="{css}"/>',
            text(x + 10, y + 4, figure_text(value))]


def panel_lines(axis, y, name, rows):
    lines = [text(0, y, name, "panel")]
    bottom = y + 8 + len(rows) * ROW
    for mark in axis.marks():
        x = axis.x(mark)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 6}" y2="{bottom}" class="grid"/>')
        lines.append(text(x, bottom + 12, f"{mark:g}", "quiet", "middle"))
    for number, (row_name, value, css) in enumerate(rows):
        lines += row_lines(axis, y + 18 + number * ROW, row_name, value, css)
    return lines, bottom + 12 + PANEL_GAP


def dots(title, panels, note):
    """The SVG of (name, [(row's name, figure or None, kind)]) panels, one below the other."""
    figures = [value for _, rows in panels for _, value, _ in rows if value]
    axis = Axis(figures or [1.0])
    lines = [text(0, 20, title, "title"), text(0, 40, note, "quiet")]
    y = TOP + 10
    for name, rows in panels:
        if not rows:
            continue
        rows = [(row, value or None, css) for row, value, css in rows]
        more, y = panel_lines(axis, y, name, rows)
        lines += more
    height = y - PANEL_GAP + 10
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 {WIDTH + 32} {height}" '
        f'width="{WIDTH + 32}" height="{height}" role="img" aria-label="{html.escape(title)}">',
        f"<style>\n{STYLE}</style>", *lines, "</svg>", ""])
