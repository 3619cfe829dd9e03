import type { Report } from '@octant/trading/backtest/report';
import { escapeHtml } from './escape-html.js';

/** Return of one calendar month (UTC) by the report's equity samples; `month` is 0 to 11. */
export interface MonthReturn {
  readonly year: number;
  readonly month: number;
  readonly ratio: number;
}

/** One element a month that the run touches, in order; the first and the last may be parts of months. */
export function monthlyReturns(equity: Report['equity']): readonly MonthReturn[] {
  const months: MonthReturn[] = [];
  let startQuote = Number(equity[0]?.[1] ?? NaN);
  for (const [index, [atMs, quote]] of equity.entries()) {
    if (index === 0) continue;
    const next = equity[index + 1];
    // A sample at 00:00 UTC on the first ends the month before it.
    const at = new Date(atMs - 1);
    const after = next === undefined ? undefined : new Date(next[0] - 1);
    if (
      after !== undefined &&
      after.getUTCMonth() === at.getUTCMonth() &&
      after.getUTCFullYear() === at.getUTCFullYear()
    )
      continue;
    months.push({ year: at.getUTCFullYear(), month: at.getUTCMonth(), ratio: Number(quote) / startQuote - 1 });
    startQuote = Number(quote);
  }
  return months;
}

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The months as a heat table, a row a year. */
export function monthlyTable(equity: Report['equity']): string {
  const months = monthlyReturns(equity);
  const most = Math.max(1e-9, ...months.map(({ ratio }) => Math.abs(ratio)));
  const years = [...new Set(months.map(({ year }) => year))];
  const rows = years.map((year) => {
    const own = months.filter((month) => month.year === year);
    const total = own.reduce((product, { ratio }) => product * (1 + ratio), 1) - 1;
    const cells = NAMES.map((_, month) => cell(own.find((one) => one.month === month)?.ratio, most));
    return `<tr><th scope="row">${year}</th>${cells.join('')}<td class="total">${signed(total)}</td></tr>`;
  });
  const head = NAMES.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  return `<div class="wide"><table class="months"><caption class="quiet">Return of each month, per cent</caption>
<thead><tr><th scope="col">Year</th>${head}<th scope="col">Year</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function cell(ratio: number | undefined, most: number): string {
  if (ratio === undefined) return '<td></td>';
  const heat = (0.08 + 0.5 * (Math.abs(ratio) / most)).toFixed(2);
  return `<td class="${ratio < 0 ? 'down' : 'up'}" style="--heat:${heat}">${signed(ratio)}</td>`;
}

function signed(ratio: number): string {
  const text = Math.abs(ratio * 100).toFixed(1);
  if (Number(text) === 0) return text;
  return `${ratio < 0 ? '−' : '+'}${text}`;
}
