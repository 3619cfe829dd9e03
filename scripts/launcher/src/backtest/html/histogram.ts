import { escapeHtml } from './escape-html.js';
import { axisOf } from './line-chart.js';

export interface Histogram {
  readonly title: string;
  /** Ratios, 0.01 is 1 %. */
  readonly values: readonly number[];
  /** What one value is: `trade`, `day`. */
  readonly unit: string;
}

const BINS = 31;
const WIDTH = 1000;
const HEIGHT = 300;

/** How often which return came, as bars; the tails beyond 0.5 and 99.5 % are in the outermost bars. */
export function histogram({ title, values, unit }: Histogram): string {
  const heading = `<figcaption><h3>${escapeHtml(title)}</h3></figcaption>`;
  if (values.length === 0) return `<figure class="chart">${heading}<p class="empty">No ${unit} to show.</p></figure>`;
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const reach = Math.max(1e-6, Math.abs(quantile(0.005)), Math.abs(quantile(0.995)));
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value + reach) / (2 * reach)) * BINS);
    const at = Math.min(BINS - 1, Math.max(0, bin));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const { high } = axisOf([0, ...counts]);
  const bars = counts.map((count, index) => bar(count / high, index));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const facts = `n ${values.length}, mean ${percent(mean)}, median ${percent(quantile(0.5))}, least ${percent(sorted[0] ?? 0)}, most ${percent(sorted.at(-1) ?? 0)}`;
  return `<figure class="chart">${heading}
<div class="plot short" role="img" aria-label="${escapeHtml(`${title}: ${facts}`)}">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><line class="zero" x1="500" x2="500" y1="0" y2="${HEIGHT}"/>${bars.join('')}</svg></div>
<div class="times" aria-hidden="true"><span>${percent(-reach)}</span><span>0</span><span>${percent(reach)}</span></div>
<p class="facts">${escapeHtml(facts)}</p></figure>`;
}

function bar(share: number, index: number): string {
  const width = WIDTH / BINS;
  const height = share * HEIGHT;
  const middle = (BINS - 1) / 2;
  const style = index === middle ? 'calm' : index < middle ? 'loss' : 'gain';
  const [x, y] = [index * width + 2, HEIGHT - height];
  return `<rect class="bar ${style}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(width - 4).toFixed(1)}" height="${height.toFixed(1)}"/>`;
}

function percent(ratio: number): string {
  return `${ratio < 0 ? '−' : ''}${Math.abs(ratio * 100).toFixed(2)} %`;
}
