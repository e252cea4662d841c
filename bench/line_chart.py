"""A line chart as SVG: logarithmic to the right, upwards from zero or logarithmic.

    svg = draw("Title", "subscribers", "CPU us an event", {"json": [(1, 4.5), (10, 0.9)]})
"""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 40, 50
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#777777"]


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def short(value):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def linear_ticks(top):
    step = 10 ** math.floor(math.log10(top))
    for divisor in (1, 2, 5, 10):
        if top / (step / divisor) >= 4:
            step /= divisor
            break
    return [step * i for i in range(int(top / step + 1e-9) + 1)]


def powers(low, high):
    return [10 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


class Scale:
    def __init__(self, low, high, start, end, is_logarithmic):
        self.change = math.log10 if is_logarithmic else float
        self.low, self.high = self.change(low), self.change(high)
        self.start, self.end = start, end

    def at(self, value):
        span = self.high - self.low or 1.0
        return self.start + (self.change(value) - self.low) / span * (self.end - self.start)


def scales(series, is_logarithmic):
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    x_ticks = powers(min(xs), max(xs))
    y_ticks = powers(min(ys), max(ys)) if is_logarithmic else linear_ticks(max(ys) * 1.1)
    y_top = y_ticks[-1] if is_logarithmic else max(ys) * 1.1
    x_scale = Scale(x_ticks[0], x_ticks[-1], LEFT, WIDTH - RIGHT, True)
    y_scale = Scale(y_ticks[0], y_top, HEIGHT - BOTTOM, TOP, is_logarithmic)
    return x_scale, x_ticks, y_scale, y_ticks


def axes(x_scale, x_ticks, y_scale, y_ticks):
    for tick in x_ticks:
        x = x_scale.at(tick)
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield text(x, HEIGHT - BOTTOM + 18, short(tick), 'text-anchor="middle"')
    for tick in y_ticks:
        y = y_scale.at(tick)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield text(LEFT - 8, y + 4, f"{tick:g}", 'text-anchor="end"')


def draw(title, x_name, y_name, series, is_logarithmic=False):
    """`series`: name to points (x, y), all above zero."""
    x_scale, x_ticks, y_scale, y_ticks = scales(series, is_logarithmic)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="sans-serif" font-size="12">',
             "<style>.grid{stroke:#ddd}.line{fill:none;stroke-width:2}</style>",
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
             text(LEFT, 22, title, 'font-size="15" font-weight="bold"'),
             *axes(x_scale, x_ticks, y_scale, y_ticks),
             text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_name, 'text-anchor="middle"'),
             text(0, 0, y_name, f'text-anchor="middle" transform="translate(18 '
                  f'{(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)"')]
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(x_scale.at(x), y_scale.at(y)) for x, y in points]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path class="line" stroke="{colour}" d="{path}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        legend = TOP + 10 + 20 * number
        parts.append(f'<path class="line" stroke="{colour}" '
                     f'd="M{WIDTH - RIGHT + 12} {legend}h18"/>')
        parts.append(text(WIDTH - RIGHT + 36, legend + 4, name))
    return "\n".join([*parts, "</svg>"]) + "\n"
