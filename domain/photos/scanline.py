"""Reading an EAN or UPC number out of one blurred line of brightness, by the likeness of each digit to its pattern.

Sharp lines are zxing-cpp's business. Here bars may run into each other: the line is compared with blurred patterns, first of what every
symbol has in common (guards, ends of digits), then of every digit; at last whole numbers whose check digit fits are drawn, blurred, and
measured against the line and each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from domain.photos.bars import Floats
from domain.photos.lines import BARS, SAMPLES
from domain.photos.symbols import CODES, EAN8, EAN13, PARITIES, UPCE, Symbol, is_number, modules, number_of, upc_a

_PER = 4
"""Samples a module in the fine comparison."""
_MARGIN = 3
"""Samples of the neighbours that are compared with a digit: their nearest bar is known."""
_SHIFTS = 6
"""A digit may stand so many samples beside its place (a curved package)."""
_REACH = 7 * _PER + 2 * _MARGIN
_BLURS = (0.35, 0.6, 0.85, 1.1)
"""Blur (standard deviation in modules) of the patterns."""
_QUIET = 5
"""Modules of the quiet zones that are looked at."""
_NEAR, _PLAIN, _CHANGES = 0.9, 0.3, 6
"""A number so like the line but not ahead of others may be a few digits off."""
_LEAST = 0.22
_EDGES = 12
_DIGITLIKE = 0.76
_WINDOW = 14
"""Over so many modules light and contrast are taken as even."""
_HYPOTHESES, _NUMBERS = 6, 16


@dataclass(frozen=True)
class Place:
    """Where a symbol may stand in a line: its first sample, the mean width of a module in samples, how far (in modules) its middle is off
    because one end is nearer to the camera, and how well what is fixed fits there."""

    start: float
    width: float
    bulge: float
    score: float
    bend: tuple[float, ...] = ()
    """What is left of the package's curve: a polynomial of the share of the way, in modules."""

    def samples(self, at: Floats, modules: int) -> Floats:
        """Where modules (counted from the first) stand in the line."""
        share = at / modules
        if self.bend:
            at = at + np.polyval(self.bend, np.clip(share, -0.05, 1.05))
        return self.start + self.width * (at + 4 * self.bulge * share * (1 - share)) - 0.5

    def turned(self, count: int, modules: int) -> "Place":
        """The same place in the line read from its other end."""
        return Place(count - self.start - self.width * modules, self.width, -self.bulge, self.score)


@dataclass(frozen=True)
class Found:
    """A number read out of a line: how like its drawing the line is (1 at most), and how much worse the next best number fits."""

    symbol: str
    text: str
    likeness: float
    lead: float
    quiet: float
    """How dark the darker of the quiet zones is (-1 as light as the spaces, 1 as dark as the bars)."""
    place: Place
    blur: float
    upside_down: bool
    seen: Floats


def read(line: Floats, symbol: Symbol) -> Found | None:
    """The likeliest number in a line on which bars reach about `BARS` of `SAMPLES` samples."""
    flat = flattened(line, BARS * _WINDOW / symbol.modules)
    found = places(flat, symbol)
    if not found:
        return None
    turned = [place.turned(len(flat), symbol.modules) for place in found]
    sampled = np.concatenate([_sampled(flat, found, symbol), _sampled(flat[::-1], turned, symbol)])
    both = found + turned
    best: Found | None = None
    for digits in _promising(sampled, symbol, 2):
        if digits.mean < _DIGITLIKE:
            break
        upside_down = digits.row >= len(found)
        result = at_place(line, flat, both[digits.row], digits, symbol, upside_down)
        if result and (best is None or result.likeness > best.likeness):
            best = result
        if best and best.likeness > 0.93 and best.lead > 0.5:
            break
    return _mended(best, symbol) if best and best.likeness > _NEAR and best.lead < _PLAIN else best


def confirmed(line: Floats, first: float, last: float, text: str, symbol: Symbol) -> Found | None:
    """How well a number that another reader saw between two samples stands up to the same comparison."""
    upside_down = first > last
    if upside_down:
        first, last, line = len(line) - first, len(line) - last, line[::-1]
    flat = flattened(line, (last - first) * _WINDOW / symbol.modules)
    place = Place(first, (last - first) / symbol.modules, 0.0, 0.0)
    digits = next(iter(_promising(_sampled(flat, [place], symbol), symbol, 1)))
    place = replace(place, bend=_bend(digits, symbol))
    digits = next(iter(_promising(_sampled(flat, [place], symbol), symbol, 1)))
    found = _settled(line, place, digits, symbol, False)
    return replace(found, upside_down=upside_down) if found and found.text == text else None


def at_place(line: Floats, flat: Floats, place: Place, digits: "_Digits", symbol: Symbol, upside_down: bool) -> "Found | None":
    way = (line[::-1], flat[::-1]) if upside_down else (line, flat)
    straight = replace(place, bend=_bend(digits, symbol))
    again = next(iter(_promising(_sampled(way[1], [straight], symbol), symbol, 1)))
    if again.mean > digits.mean - 0.01:
        place, digits = straight, again
    return _settled(way[0], place, digits, symbol, upside_down)


def _bend(digits: "_Digits", symbol: Symbol) -> tuple[float, ...]:
    """The curve through the shifts of the digits, those that look most like digits counting most."""
    share = (np.array(symbol.left + symbol.right) + 3.5) / symbol.modules
    weight = np.concatenate([digits.left.max(1), digits.right.max(1)]) if len(digits.right) else digits.left.max(1)
    weight = np.clip(weight - 0.5, 0.01, None) ** 2
    return tuple(np.polyfit(share, digits.shifts / _PER, 3, w=weight).tolist())


def has_bars(line: Floats) -> bool:
    """Whether a line changes between dark and light often enough for a barcode."""
    beside = (SAMPLES - BARS) // 2
    inner = flattened(line, BARS * _WINDOW / EAN13.modules)[beside:-beside]
    dark = inner[np.abs(inner) > 0.25] > 0
    return int((dark[1:] != dark[:-1]).sum()) >= _EDGES


def flattened(line: Floats, reach: float) -> Floats:
    """Dark 1, light -1, with the light and contrast of the surroundings (about `reach` samples) taken out."""
    size = max(3, int(reach) | 1)
    mean = _averaged(line, size)
    away = mean - line
    spread = np.sqrt(_averaged(away * away, size))
    floor = 0.4 * spread.mean(axis=-1, keepdims=True) + 1e-3
    result: Floats = np.clip(away / np.maximum(spread, floor), -2, 2)
    return result


def _averaged(line: Floats, size: int) -> Floats:
    half, count = size // 2, line.shape[-1]
    wide = np.empty((*line.shape[:-1], count + size), np.float64)
    wide[..., half + 1 : half + 1 + count] = line
    wide[..., : half + 1] = line[..., :1]
    wide[..., half + 1 + count :] = line[..., -1:]
    total = np.cumsum(wide, axis=-1, out=wide)
    return ((total[..., size:] - total[..., :-size]) / size).astype(np.float32)


def make_ready() -> None:
    """Work out the tables that are the same for every line."""
    for symbol in (EAN13, EAN8, UPCE):
        _trials(symbol)
        for blur in _BLURS:
            _brush(symbol.modules + 18, blur)
    _patterns("left"), _patterns("right")


# what is fixed: guards and the ends of digits


@cache
def _outline(symbol: Symbol, count: int) -> NDArray[np.complex64]:
    """The spectrum of what every symbol of the kind shares, two samples a module."""
    known = [{"1": 1.0, "0": -1.0, "?": 0.0}[module] for module in symbol.fixed]
    values = np.repeat(np.array([-0.5] * _QUIET + known + [-0.5] * _QUIET, np.float32), 2)
    return np.conj(np.fft.rfft(values / np.abs(values).sum(), count)).astype(np.complex64)


_BULGES = (-2.4, 0.0, 2.4)
_WIDTHS = np.geomspace(0.6, 1.12, 30)


@dataclass(frozen=True)
class _Trials:
    """Bent and stretched readings of a line, two samples a module: the same for every line."""

    bulges: Floats
    widths: Floats
    starts: Floats
    ends: Floats
    before: NDArray[np.int64]
    share: Floats
    outline: NDArray[np.complex64]
    size: int


@cache
def _trials(symbol: Symbol) -> _Trials:
    bulges, widths = (values.ravel()[:, None] for values in np.meshgrid(_BULGES, BARS / symbol.modules * _WIDTHS))
    wide = 2 * (symbol.modules + 2 * _QUIET)
    count = int(SAMPLES / widths.min() * 2) + 4 * _QUIET
    size = -(-(count + wide) // 64) * 64
    steps = (np.arange(count)[None, :] / 2 - _QUIET) * widths
    # one bulge for the whole line: its middle is taken for the symbol's
    share = np.clip((steps - SAMPLES / 2) / (widths * symbol.modules) + 0.5, -0.25, 1.25)
    bent = np.clip(steps + 4 * bulges * widths * share * (1 - share), 0, SAMPLES - 1.001)
    starts = steps + (_QUIET + 0.25) * widths
    before = bent.astype(np.int64)
    return _Trials(
        bulges, widths, starts, starts + symbol.modules * widths, before, (bent - before).astype(np.float32), _outline(symbol, size), size
    )


def places(flat: Floats, symbol: Symbol) -> list[Place]:
    """Where the symbol may begin and how wide its modules may be, likeliest first."""
    trials = _trials(symbol)
    value = flat[trials.before]
    value += trials.share * (flat[trials.before + 1] - value)
    scores = np.fft.irfft(np.fft.rfft(value, trials.size) * trials.outline, trials.size)[:, : value.shape[1]]
    scores[trials.ends > SAMPLES + 2 * trials.widths] = -1
    chosen: list[Place] = []
    for _ in range(_HYPOTHESES):
        row, column = np.unravel_index(int(scores.argmax()), scores.shape)
        score, width, bulge = float(scores[row, column]), float(trials.widths[row, 0]), float(trials.bulges[row, 0])
        if score <= _LEAST:
            break
        start, end = float(trials.starts[row, column]), float(trials.ends[row, column])
        chosen.append(_straight(start, width, bulge, score, symbol))
        near = (np.abs(trials.starts - start) < width) & (np.abs(trials.ends - end) < width) & (trials.bulges == bulge)
        scores[near] = -1
    return chosen


def _straight(start: float, width: float, bulge: float, score: float, symbol: Symbol) -> Place:
    """A place in the bent line as one in the line itself."""
    ends = np.array([start, start + width * symbol.modules / 2, start + width * symbol.modules])
    share = np.clip((ends - SAMPLES / 2) / (width * symbol.modules) + 0.5, -0.25, 1.25)
    first, middle, last = ends + 4 * bulge * width * share * (1 - share)
    mean = (last - first) / symbol.modules
    return Place(float(first), float(mean), float((middle - (first + last) / 2) / mean), score)


# digits


def _sampled(flat: Floats, found: list[Place], symbol: Symbol) -> Floats:
    """The line at each place, four samples a module, with room for shifted digits."""
    room = _MARGIN + _SHIFTS
    grid = (np.arange(symbol.modules * _PER + 2 * room, dtype=np.float32) - room + 0.5) / _PER
    return np.interp([place.samples(grid, symbol.modules) for place in found], np.arange(len(flat)), flat).astype(np.float32)


@cache
def _patterns(side: str) -> Floats:
    """Blurred patterns of ten digits (left: of L, then of G) for every blur, normalised; samples by (blur, digit)."""
    before, after, codes = ("1", "0", CODES["L"] + CODES["G"]) if side == "left" else ("0", "1", CODES["R"])
    far = 10
    texts = [before * far + code + after * far for code in codes]
    rows = [_drawn(texts, blur)[:, far * _PER - _MARGIN : (far + 7) * _PER + _MARGIN] for blur in _BLURS]
    values = np.concatenate(rows)
    values -= values.mean(1, keepdims=True)
    return np.ascontiguousarray((values / np.linalg.norm(values, axis=1, keepdims=True)).T)


def _drawn(texts: list[str], blur: float) -> Floats:
    """Rows of modules (1 dark, -1 light), four samples each, blurred."""
    bits = np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1).astype(np.float32) * 2 - 97
    brush = _brush(bits.shape[1], blur)
    # by few rows, below the size at which the product would be spread over threads: that costs more than it saves
    return np.concatenate([bits[first : first + 4] @ brush for first in range(0, len(bits), 4)])


@cache
def _brush(count: int, blur: float) -> Floats:
    """How much each module gives to each sample."""
    away = (np.arange(count * _PER) + 0.5)[None, :] / _PER - (np.arange(count)[:, None] + np.linspace(0.1, 0.9, 5)[:, None, None])
    weight = np.exp(-0.5 * (away / blur) ** 2).sum(0)
    weight[weight < 1e-6] = 0.0  # numbers too small for float32 make products a hundred times slower
    result: Floats = (weight / weight.sum(0)).astype(np.float32)
    return result


@dataclass(frozen=True)
class _Digits:
    """Of one row: the likeness of each place to each digit, and how far each place is shifted."""

    row: int
    mean: float
    blur: int

    left: Floats
    right: Floats
    shifts: NDArray[np.int64]


def _promising(sampled: Floats, symbol: Symbol, most: int) -> Iterator[_Digits]:
    """The rows whose digits look most like digits."""
    windows = sliding_window_view(sampled, _REACH, axis=1)
    at = (np.array(symbol.left + symbol.right) * _PER)[:, None] + np.arange(2 * _SHIFTS + 1)
    cut = windows[:, at]
    cut = cut - cut.mean(3, keepdims=True)
    cut /= np.linalg.norm(cut, axis=3, keepdims=True) + 0.5
    rows, tens = len(sampled), len(symbol.left)
    left = (cut[:, :tens] @ _patterns("left")).reshape(rows, tens, 2 * _SHIFTS + 1, len(_BLURS), 20)
    right = (cut[:, tens:] @ _patterns("right")).reshape(rows, len(symbol.right), 2 * _SHIFTS + 1, len(_BLURS), 10)
    peaks = np.concatenate([left.max(4), right.max(4)], axis=1).transpose(0, 3, 1, 2)
    total, paths = _paths(peaks.reshape(-1, *peaks.shape[2:]))
    total = total.reshape(rows, -1)
    for row in np.argsort(-total.max(1))[:most]:
        blur = int(total[row].argmax())
        path = paths[row * len(_BLURS) + blur]
        yield _Digits(
            int(row),
            float(total[row].max()) / (tens + len(symbol.right)),
            blur,
            left[row, np.arange(tens), path[:tens], blur],
            right[row, np.arange(len(symbol.right)), path[tens:], blur],
            path - _SHIFTS,
        )


def _paths(peaks: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The smoothest good path of shifts through each row of (digit, shift), and its sum."""
    rows, count, wide = peaks.shape
    gap = np.abs(np.arange(wide)[:, None] - np.arange(wide)[None, :])
    cost = (0.02 * gap + np.where(gap > 2, 1.0, 0.0)).astype(np.float32)
    total = peaks[:, 0] - 0.01 * np.abs(np.arange(wide) - wide // 2)
    back = np.zeros((count, rows, wide), np.int64)
    for place in range(1, count):
        options = total[:, None, :] - cost
        back[place] = options.argmax(2)
        total = options.max(2) + peaks[:, place]
    path = np.zeros((rows, count), np.int64)
    path[:, -1] = total.argmax(1)
    for place in range(count - 1, 0, -1):
        path[:, place - 1] = back[place][np.arange(rows), path[:, place]]
    return total.max(1), path


# numbers


def _numbers(digits: _Digits, symbol: Symbol) -> list[str]:
    """The likeliest numbers whose check digit fits."""
    ranked: list[tuple[float, str]] = []
    tail = _sums([_nearest(row) for row in digits.right])
    for told, rows in _parities(digits, symbol):
        if symbol is UPCE:
            ranked += _short_numbers(told, rows)
            continue
        base = int(told or 0)
        for rest, options in enumerate(_sums(rows)):
            for (above, before), (below, after) in product(options, tail[(-rest - base) % 10]):
                ranked.append((above + below, told + before + after))
    ranked.sort(reverse=True)
    return [text for _, text in ranked[:_NUMBERS]]


_Nearest = list[tuple[float, int]]
_SIGNS = "0123456789"


def _nearest(row: Floats) -> _Nearest:
    """The three likeliest digits."""
    return sorted(((likeness, digit) for digit, likeness in enumerate(row.tolist())), reverse=True)[:3]


def _parities(digits: _Digits, symbol: Symbol) -> list[tuple[str, list[_Nearest]]]:
    """The likeliest choices of sets for the left digits: what they tell, and the likeliest digits in them."""
    by_set = {"L": [_nearest(row) for row in digits.left[:, :10]], "G": [_nearest(row) for row in digits.left[:, 10:]]}
    chosen = [(told, [by_set[kind][n] for n, kind in enumerate(parity)]) for parity, told in PARITIES[symbol.name].items()]
    chosen.sort(key=lambda option: -sum(row[0][0] for row in option[1]))
    return chosen[:3]


def _sums(rows: list[_Nearest]) -> list[list[tuple[float, str]]]:
    """By digit sum (weights 3, 1, 3, …) modulo ten: the best two rows of digits and their likeness."""
    kept: list[list[tuple[float, str]]] = [[(0.0, "")]] + [[] for _ in range(9)]
    for place, row in enumerate(rows):
        weight = (3, 1)[place % 2]
        new: list[list[tuple[float, str]]] = [[] for _ in range(10)]
        for gain, digit in row:
            sign, step = _SIGNS[digit], weight * digit
            for rest, options in enumerate(kept):
                at = new[(rest + step) % 10]
                for score, text in options:
                    at.append((score + gain, text + sign))
        kept = [sorted(options, reverse=True)[:2] if len(options) > 2 else options for options in new]
    return kept


def _short_numbers(told: str, rows: list[_Nearest]) -> list[tuple[float, str]]:
    """UPC-E: the sets tell number system and check digit."""
    ranked = []
    for choice in product(*(row[:2] for row in rows)):
        text = told[0] + "".join(str(digit) for _, digit in choice) + told[1]
        if is_number(upc_a(text)):
            ranked.append((sum(gain for gain, _ in choice), text))
    return ranked


# whole drawings


def _settled(line: Floats, place: Place, digits: _Digits, symbol: Symbol, upside_down: bool) -> Found | None:
    """The number whose drawing is most like the line."""
    numbers = _numbers(digits, symbol)
    if len(numbers) < 2:
        return None
    seen = flattened(_unbent(line, place, digits.shifts, symbol), _WINDOW * _PER)
    likeness, blur = _compared(seen, numbers, digits.blur, symbol)
    order = np.argsort(-likeness)
    first, second = float(likeness[order[0]]), float(likeness[order[1]])
    lead = (first - second) / max(1e-3, 1 - first)
    return Found(symbol.name, numbers[order[0]], first, lead, _quiet(seen), place, blur, upside_down, seen)


def _quiet(seen: Floats) -> float:
    inner = slice(_PER // 2, (_QUIET - 1) * _PER)
    return float(max(seen[inner].mean(), seen[::-1][inner].mean()))


def hold(found: Found) -> float:
    """How much worse the best drawing with one digit changed fits, whatever its check digit: below 0 it fits better."""
    symbol = next(symbol for symbol in (EAN13, EAN8, UPCE) if symbol.name == found.symbol)
    _, rival = _rival(found.seen, modules(symbol, found.text), found.blur, symbol)
    return (found.likeness - rival) / max(1e-3, 1 - found.likeness)


def _rival(seen: Floats, drawing: str, blur: float, symbol: Symbol) -> tuple[str, float]:
    """The best drawing with one digit changed, whatever its check digit, and how like the line it is."""
    others = []
    for places, codes in ((symbol.left, CODES["L"] + CODES["G"]), (symbol.right, CODES["R"])):
        others += [drawing[:at] + code + drawing[at + 7 :] for at in places for code in codes if drawing[at : at + 7] != code]
    likeness = _likenesses(seen, others, blur)
    best = int(likeness.argmax())
    return others[best], float(likeness[best])


def _mended(found: Found, symbol: Symbol) -> Found:
    """The number reached by changing one digit after another as long as the drawing becomes more like the line, if it is a number.

    Its check digit was not asked for on the way, so that it speaks for the number.
    """
    drawing, likeness = modules(symbol, found.text), found.likeness
    for _ in range(_CHANGES):
        other, rival = _rival(found.seen, drawing, found.blur, symbol)
        if rival <= likeness:
            break
        drawing, likeness = other, rival
    text = number_of(symbol, drawing)
    if text is None or text == found.text:
        return found
    return replace(found, text=text, likeness=likeness, lead=(likeness - found.likeness) / max(1e-3, 1 - likeness))


def _unbent(line: Floats, place: Place, shifts: NDArray[np.int64], symbol: Symbol) -> Floats:
    """The line with every digit at its place, four samples a module, from quiet zone to quiet zone."""
    grid = (np.arange((symbol.modules + 2 * _QUIET) * _PER, dtype=np.float32) + 0.5) / _PER - _QUIET
    bend = np.interp(grid, np.array(symbol.left + symbol.right) + 3.5, shifts / _PER)
    return np.interp(place.samples(grid + bend, symbol.modules), np.arange(len(line)), line).astype(np.float32)


def _compared(seen: Floats, numbers: list[str], blur: int, symbol: Symbol) -> tuple[Floats, float]:
    """How like each number's drawing a line is, at the blur that suits the best of them."""
    drawings = [modules(symbol, text) for text in numbers]
    likeness = _likenesses(seen, drawings, _BLURS[blur])
    best = drawings[int(likeness.argmax())]
    others = [other for other in (blur - 1, blur + 1) if 0 <= other < len(_BLURS)]
    suits, other = max((float(_likenesses(seen, [best], _BLURS[other])[0]), other) for other in others)
    if suits > likeness.max():
        return _likenesses(seen, drawings, _BLURS[other]), _BLURS[other]
    return likeness, _BLURS[blur]


def _likenesses(seen: Floats, drawings: list[str], blur: float) -> Floats:
    """The correlation of a line with each drawing."""
    inner = slice((_QUIET - 2) * _PER, -(_QUIET - 2) * _PER)
    texts = ["0" * 9 + drawing + "0" * 9 for drawing in drawings]
    drawn = -flattened(_drawn(texts, blur)[:, (9 - _QUIET) * _PER : -(9 - _QUIET) * _PER], _WINDOW * _PER)[:, inner]
    likeness: Floats = np.einsum("rs,s->r", drawn, seen[inner]) / (np.linalg.norm(drawn, axis=1) * np.linalg.norm(seen[inner]))
    return likeness
