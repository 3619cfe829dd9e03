import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { StatisticsProfile } from '@octant/trading/statistics/profile-statistics';
import { formatAmount } from '../../screen/format.js';
import type { DetailedOutcome } from '../execute-backtest.js';
import type { BacktestPlan } from '../plan-backtest.js';
import { costsSection } from './costs-section.js';
import { escapeHtml, scriptJson } from './escape-html.js';
import { headerSection } from './header-section.js';
import { histogram } from './histogram.js';
import { lineChart, logAxisOf } from './line-chart.js';
import { monthlyTable } from './monthly-returns.js';
import { packCandles } from './pack-candles.js';
import { runSection } from './run-section.js';
import { statisticsSection } from './statistics-section.js';

const SCRIPTS = ['candle-data.js', 'candle-chart.js', 'page.js'] as const;
const PLOTS = {
  equity: [{ name: 'equity', key: 'equity' }],
  benchmark: [
    { name: 'strategy', key: 'equity' },
    { name: 'buy and hold', key: 'benchmark' },
  ],
  drawdown: [{ name: 'drawdown', key: 'drawdown', unit: '%' }],
  exposure: [{ name: 'exposure', key: 'exposure', unit: '%' }],
} as const;

/**
 * The report as one HTML file: no other file, no network. The report itself is in it as JSON (`#report`), the candles in a
 * few bytes each; a policy in its head forbids all that is not in the file.
 */
export function renderHtml(
  outcome: DetailedOutcome,
  { plan, profile }: { readonly plan: BacktestPlan; readonly profile: StatisticsProfile },
): string {
  const script = SCRIPTS.map((name) => inlined(asset(name))).join('\n');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${escapeHtml(outcome.title)}</title><style>${asset('report.css')}</style></head><body>
${headerSection(outcome)}<main>
${equitySection(outcome)}${candlesSection(plan)}
<section aria-labelledby="h-months"><h2 id="h-months">Monthly returns</h2>${monthlyTable(outcome.report.equity)}</section>
${distributionSection(outcome)}${statisticsSection(outcome.report, profile)}${costsSection(outcome)}${exposureSection(outcome)}${runSection(plan, outcome.finerUse)}
</main><footer>Made by Octant. Past returns say little about future ones; a backtest chosen among many says less still.</footer>
${embed('report', outcome.report)}${embed('course', courseOf(outcome))}
${packed(plan).join('\n')}
<script type="module">${script}</script></body></html>
`;
}

/** A module's text as a part of one script: all modules are in it, in the order of their imports. */
function inlined(module: string): string {
  return module.replace(/^import .*$/gm, '').replace(/^export /gm, '');
}

function asset(name: string): string {
  return readFileSync(new URL(`../../../assets/backtest/${name}`, import.meta.url), 'utf8');
}

function embed(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${scriptJson(value)}</script>\n`;
}

function courseOf({ course }: DetailedOutcome): unknown {
  const round = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(8)));
  return {
    atMs: course.atMs,
    equity: round(course.equity),
    benchmark: round(course.benchmark),
    drawdown: round(course.drawdown.map((value) => -value)),
    exposure: round(course.exposure),
    plots: PLOTS,
  };
}

function packed({ input }: BacktestPlan): readonly string[] {
  const stepMs = timeframeMs(input.timeframe);
  return input.series.map(({ symbol, columns }, index) =>
    embed(`candles-${index}`, packCandles(symbol, columns, stepMs)),
  );
}

function equitySection(outcome: DetailedOutcome): string {
  const { course, report } = outcome;
  const { atMs, equity, benchmark, drawdown } = course;
  const curves = lineChart({
    id: 'equity',
    title: 'Equity',
    summary: `Equity from ${report.startEquityQuote} to ${report.finalEquityQuote}, closing equity by closing equity. Arrow keys read values.`,
    atMs,
    lines: [{ name: 'strategy', values: equity, style: 'own' }],
    format: asAmount,
    include: [Number(report.startEquityQuote)],
  });
  const beside = lineChart({
    id: 'benchmark',
    title: 'Beside buy and hold, logarithmic',
    summary: `Strategy and buy and hold from the same start equity, the latter to ${outcome.benchmark.finalEquityQuote.toFixed(2)}.`,
    atMs,
    lines: [
      { name: 'buy and hold', values: benchmark.map(Math.log10), style: 'other' },
      { name: 'strategy', values: equity.map(Math.log10), style: 'own' },
    ],
    format: (value) => asAmount(10 ** value),
    axis: logAxisOf([...equity, ...benchmark]),
  });
  const falls = lineChart({
    id: 'drawdown',
    title: 'Drawdown',
    summary: `Fall below the highest equity; the largest is ${(report.maxDrawdownRatio * 100).toFixed(2)} per cent.`,
    atMs,
    lines: [{ name: 'drawdown', values: drawdown.map((value) => -value), style: 'loss', isArea: true }],
    format: asPercent,
    include: [0],
  });
  return `<section aria-labelledby="h-equity"><h2 id="h-equity">Equity and drawdown</h2>${curves}${low(falls)}${low(beside)}</section>`;
}

function candlesSection({ input }: BacktestPlan): string {
  const options = input.series.map(({ symbol }, index) => `<option value="${index}">${escapeHtml(symbol)}</option>`);
  const buttons = [
    ['in', 'Zoom in'],
    ['out', 'Zoom out'],
    ['all', 'All'],
    ['previous', 'Previous trade'],
    ['next', 'Next trade'],
  ].map(([action = '', label = '']) => `<button type="button" data-do="${action}">${label}</button>`);
  return `<section aria-labelledby="h-trades"><h2 id="h-trades">Trades on the candles</h2>
<div class="tools"><label>Symbol <select id="symbol">${options.join('')}</select></label>${buttons.join('')}<span class="range" id="range" role="status"></span></div>
<canvas id="candles" tabindex="0" role="img" aria-label="Candles with the fills of the strategy. Arrow keys pan and zoom, n and p go from trade to trade."></canvas>
<p class="note"><span class="key own">buys, pointing up</span> <span class="key other">sells, pointing down</span> Wheel or pinch zooms, dragging pans, a double click shows all.</p></section>`;
}

function distributionSection({ report, trips }: DetailedOutcome): string {
  const returns = trips.map(({ pnlQuote, entryQuote }) => Number(pnlQuote) / Number(entryQuote));
  const days = report.days.map(({ pnlRatio }) => pnlRatio);
  const moved = days.filter((ratio) => ratio !== 0);
  return `<section aria-labelledby="h-returns"><h2 id="h-returns">Distribution of returns</h2><div class="pair">
${histogram({ title: 'Round trips, after fees', values: returns, unit: 'round trip' })}
${histogram({ title: `Days, ${days.length - moved.length} without a change left out`, values: moved, unit: 'day' })}</div></section>`;
}

function exposureSection({ course, timeInMarket }: DetailedOutcome): string {
  const chart = lineChart({
    id: 'exposure',
    title: 'Share of equity in positions',
    summary: `Exposure over time; in the market at ${(timeInMarket * 100).toFixed(1)} per cent of the candle closes.`,
    atMs: course.atMs,
    lines: [{ name: 'exposure', values: course.exposure, style: 'calm', isArea: true }],
    format: asPercent,
    include: [0],
  });
  return `<section aria-labelledby="h-exposure"><h2 id="h-exposure">Exposure</h2>${low(chart)}</section>`;
}

/** Half as high. */
function low(chart: string): string {
  return chart.replace('class="plot"', 'class="plot low"');
}

function asAmount(value: number): string {
  return formatAmount(value.toFixed(2), value < 100 ? 2 : 0);
}

function asPercent(value: number): string {
  const share = value * 100;
  return `${Number(share.toPrecision(3))} %`.replace('-', '−');
}
