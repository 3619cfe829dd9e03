import type { Report } from '@octant/trading/backtest/report';
import type { StatisticsProfile } from '@octant/trading/statistics/profile-statistics';
import { escapeHtml } from './escape-html.js';

type Name = keyof Report['statistics'];

const MEANING: readonly (readonly [Name, string, string])[] = [
  [
    'sharpe',
    'Sharpe ratio',
    'Mean daily return by its deviation, a year; above 1 is good, above 3 rare and suspicious.',
  ],
  ['sortino', 'Sortino ratio', 'The same with only the losing days as risk.'],
  ['maxDrawdownRatio', 'Largest drawdown', 'The deepest fall below an earlier peak, on every close.'],
  ['cagr', 'CAGR', 'Growth a year at which the start would have become the end.'],
  ['calmar', 'Calmar ratio', 'Growth a year by the largest drawdown.'],
  ['winRate', 'Win rate', 'Share of winners among the round trips that won or lost, after fees.'],
  ['profitFactor', 'Profit factor', 'What the winners earned by what the losers lost; below 1 loses money.'],
  ['expectancy', 'Expectancy', 'Mean profit of a round trip after fees, quote currency.'],
  ['sqn', 'System quality number', 'How far the mean trade is from 0 for its spread; below 1.6 is poor by its author.'],
  [
    'psr',
    'Probabilistic Sharpe ratio',
    'Probability that the true Sharpe ratio is above 0, given length, skew and tails.',
  ],
];

const RATIOS: ReadonlySet<Name> = new Set(['maxDrawdownRatio', 'cagr', 'winRate', 'psr']);

/** All figures with n and what they mean. */
export function statisticsSection({ statistics }: Report, profile: StatisticsProfile): string {
  const rows = MEANING.map(([name, title, meaning]) => {
    const { value, n } = statistics[name];
    return `<tr><th scope="row">${escapeHtml(title)}</th><td class="number" data-figure="${name}">${show(name, value)}</td><td class="number">${n}</td><td>${escapeHtml(meaning)}</td></tr>`;
  });
  const whose =
    profile === 'octant' ? '' : `<p class="note">Computed by the conventions of ${escapeHtml(profile)}.</p>`;
  return `<section aria-labelledby="h-statistics"><h2 id="h-statistics">Statistics</h2>
<div class="wide"><table><thead><tr><th scope="col">Figure</th><th scope="col" class="number">Value</th><th scope="col" class="number">n</th><th scope="col">What it means</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
<p class="note">n is the number of days, or of round trips, that a figure rests on. The fewer, the less it says; below about 30 it
says next to nothing. A figure that is not defined is called undefined, not 0.</p>${whose}</section>`;
}

function show(name: Name, value: number | null): string {
  if (value === null) return 'undefined';
  const text = RATIOS.has(name) ? `${(value * 100).toFixed(2)} %` : value.toFixed(3);
  return text.replace('-', '−');
}
