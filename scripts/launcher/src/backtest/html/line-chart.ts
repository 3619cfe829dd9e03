import { escapeHtml } from './escape-html.js';

/** One line of a chart. */
export interface ChartLine {
  readonly name: string;
  readonly values: readonly number[];
  /** CSS class that gives the colour. */
  readonly style: 'own' | 'other' | 'loss' | 'calm';
  /** Fills down (or up) to 0. */
  readonly isArea?: boolean;
}

/** Ends of an axis and what is written beside it. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

export interface LineChart {
  readonly id: string;
  readonly title: string;
  /** What screen readers say instead of the picture. */
  readonly summary: string;
  readonly atMs: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** In place of one that is made from the values. */
  readonly axis?: Axis;
  /** Values that the axis shows in any case. */
  readonly include?: readonly number[];
}

const WIDTH = 1000;
const HEIGHT = 300;

/** A chart as HTML: a stretched SVG with its labels beside it, so that text keeps its size at any width. */
export function lineChart(chart: LineChart): string {
  const { id, title, summary, atMs, lines, format } = chart;
  const scale = chart.axis ?? axisOf([...lines.flatMap(({ values }) => values), ...(chart.include ?? [])]);
  const [first = 0] = atMs;
  const span = Math.max(1, (atMs.at(-1) ?? first) - first);
  const x = (ms: number): number => ((ms - first) / span) * WIDTH;
  const y = (value: number): number => (1 - (value - scale.low) / (scale.high - scale.low)) * HEIGHT;
  const grid = scale.ticks.map(
    (tick) => `<line class="grid" x1="0" x2="${WIDTH}" y1="${cut(y(tick))}" y2="${cut(y(tick))}"/>`,
  );
  const paths = lines.map((line) => pathOf(line, { atMs, x, y, zero: y(Math.max(0, scale.low)) }));
  const labels = scale.ticks.map(
    (tick) => `<span class="y" style="top:${cut((y(tick) / HEIGHT) * 100)}%">${escapeHtml(format(tick))}</span>`,
  );
  const legend =
    lines.length < 2
      ? ''
      : `<p class="legend">${lines.map(({ name, style }) => `<span class="key ${style}">${escapeHtml(name)}</span>`).join(' ')}</p>`;
  return `<figure class="chart" id="${id}"><figcaption><h3>${escapeHtml(title)}</h3>${legend}</figcaption>
<div class="plot" data-plot="${id}" tabindex="0" role="img" aria-label="${escapeHtml(summary)}">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${grid.join('')}${paths.join('')}</svg>
${labels.join('')}<span class="cursor" hidden></span><output class="tip" hidden></output></div>
<div class="times" aria-hidden="true">${timeLabels(first, span).join('')}</div></figure>`;
}

interface Frame {
  readonly atMs: readonly number[];
  readonly x: (ms: number) => number;
  readonly y: (value: number) => number;
  readonly zero: number;
}

function pathOf({ values, style, isArea }: ChartLine, { atMs, x, y, zero }: Frame): string {
  const points = values.map((value, index) => `${cut(x(atMs[index] ?? 0))},${cut(y(value))}`);
  const line = `M${points.join('L')}`;
  const area = isArea === true ? `<path class="area ${style}" d="${line}L${WIDTH},${cut(zero)}L0,${cut(zero)}Z"/>` : '';
  return `${area}<path class="line ${style}" d="${line}"/>`;
}

/** Round numbers around the values, four to seven of them. */
export function axisOf(values: readonly number[]): Axis {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = [0, 1];
  if (high - low < Math.abs(high) * 1e-9 || high === low)
    [low, high] = [low - Math.max(1, Math.abs(low) * 0.01), high + Math.max(1, Math.abs(high) * 0.01)];
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const from = Math.floor(low / step + 1e-9);
  const to = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
  // Adding 0 makes a 0 of -0.
  return { low: from * step + 0, high: to * step + 0, ticks };
}

/** The axis of decimal logarithms around the values, which are above 0: at 1, 2 and 5, or at each power of ten only. */
export function logAxisOf(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const powers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const marks = powers.flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const low = Math.max(...marks.filter((mark) => mark <= least));
  const high = Math.min(...marks.filter((mark) => mark >= most && mark > low));
  const inside = marks.filter((mark) => mark >= low && mark <= high);
  const ticks = inside.length <= 6 ? inside : inside.filter((mark) => Number.isInteger(Math.log10(mark)));
  return { low: Math.log10(low), high: Math.log10(high), ticks: ticks.map(Math.log10) };
}

function timeLabels(firstMs: number, span: number): string[] {
  const isLong = span > 3 * 86_400_000;
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const iso = new Date(firstMs + share * span).toISOString();
    return `<span>${isLong ? iso.slice(0, 10) : iso.slice(5, 16).replace('T', ' ')}</span>`;
  });
}

function cut(value: number): string {
  return String(Math.round(value * 10) / 10);
}
