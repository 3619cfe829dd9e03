import { formatAmount } from '../../screen/format.js';
import type { DetailedOutcome } from '../execute-backtest.js';
import { escapeHtml } from './escape-html.js';

/** Title, verdict and key figures. */
export function headerSection(outcome: DetailedOutcome): string {
  const { report, title } = outcome;
  const first = report.equity[0]?.[0] ?? 0;
  const last = report.equity.at(-1)?.[0] ?? first;
  const range = `${dayOf(first)} to ${dayOf(last)}`;
  const { text, mood } = verdictOf(outcome);
  return `<header class="top"><h1>${escapeHtml(title)}</h1>
<p class="sub">${range} UTC, ${escapeHtml(formatAmount(String(report.candles), 0))} candles, ${report.fills} fills</p>
<p class="verdict ${mood}">${escapeHtml(text)}</p>
<dl class="tiles">${tilesOf(outcome).map(tile).join('\n')}</dl></header>`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly mood?: 'up' | 'down' | undefined;
}

function tile({ name, value, note, mood }: Tile): string {
  const style = mood === undefined ? '' : ` class="${mood}-text"`;
  return `<div class="tile"><dt>${escapeHtml(name)}</dt><dd><span${style}>${escapeHtml(value)}</span><small>${escapeHtml(note)}</small></dd></div>`;
}

function tilesOf({ report, benchmark, timeInMarket, trips }: DetailedOutcome): readonly Tile[] {
  const own = returnOf(report);
  const { sharpe, winRate, cagr, psr } = report.statistics;
  return [
    { name: 'Return', value: percent(own), note: 'after all costs', mood: moodOf(own) },
    {
      name: 'Final equity',
      value: formatAmount(report.finalEquityQuote),
      note: `from ${formatAmount(report.startEquityQuote)}`,
    },
    {
      name: 'Buy and hold',
      value: percent(benchmark.returnRatio),
      note: 'same cash and fees',
      mood: moodOf(benchmark.returnRatio),
    },
    { name: 'CAGR', value: cagr.value === null ? 'undefined' : percent(cagr.value), note: 'growth a year' },
    { name: 'Largest drawdown', value: percent(-report.maxDrawdownRatio), note: 'on every close' },
    {
      name: 'Sharpe',
      value: cut(sharpe.value),
      note: `n ${sharpe.n} days${psr.value === null ? '' : `, PSR ${(psr.value * 100).toFixed(0)} %`}`,
    },
    {
      name: 'Win rate',
      value: winRate.value === null ? 'undefined' : `${(winRate.value * 100).toFixed(1)} %`,
      note: `n ${trips.length} round trips`,
    },
    { name: 'Time in the market', value: `${(timeInMarket * 100).toFixed(1)} %`, note: 'of candle closes' },
  ];
}

/** One sentence for people who read nothing else; says how much of it may be luck. */
export function verdictOf({ report, benchmark }: DetailedOutcome): { text: string; mood: 'good' | 'bad' | 'even' } {
  const own = returnOf(report);
  if (report.fills === 0) return { text: 'The strategy never traded: there is nothing to judge.', mood: 'even' };
  const did = own < 0 ? `Lost ${plain(own)}` : `Gained ${plain(own)}`;
  const held =
    benchmark.returnRatio < 0 ? `lost ${plain(benchmark.returnRatio)}` : `gained ${plain(benchmark.returnRatio)}`;
  const comparison = `buy and hold ${held}`;
  const { psr } = report.statistics;
  const luck = luckOf(report, own);
  const mood = own < 0 ? 'bad' : own > benchmark.returnRatio && (psr.value ?? 0) >= 0.95 ? 'good' : 'even';
  return { text: `${did} after all costs, while ${comparison}. ${luck}`, mood };
}

/** How likely the figures are to be luck, in a sentence; nothing more is to be said of a loss. */
function luckOf({ statistics: { psr } }: DetailedOutcome['report'], own: number): string {
  if (psr.value === null) return 'Too few days to tell skill from luck.';
  const chance = `The probability that its true Sharpe ratio is above 0 is ${(psr.value * 100).toFixed(0)} % by ${psr.n} days`;
  if (own < 0) return `${chance}.`;
  return psr.value >= 0.95 ? `${chance}, before the number of tries is counted.` : `${chance}: this may be luck.`;
}

function returnOf({ finalEquityQuote, startEquityQuote }: DetailedOutcome['report']): number {
  return Number(finalEquityQuote) / Number(startEquityQuote) - 1;
}

function moodOf(value: number): 'up' | 'down' | undefined {
  if (value === 0) return undefined;
  return value > 0 ? 'up' : 'down';
}

function percent(ratio: number): string {
  const sign = ratio < 0 ? '−' : '+';
  return `${ratio === 0 ? '' : sign}${plain(ratio)}`;
}

function plain(ratio: number): string {
  return `${formatAmount(Math.abs(ratio * 100).toFixed(2))} %`;
}

function cut(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(2).replace('-', '−');
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
