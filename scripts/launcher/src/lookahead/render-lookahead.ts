import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { formatCount, formatTime } from '../screen/format.js';
import type { LookaheadReport, StrategyLookahead } from './run-lookahead.js';

const SHOWN = 10;

/** The result as a table for people, the first differences below it. */
export function renderLookahead(report: LookaheadReport, chalk: ChalkInstance): string {
  const head = [
    'strategy',
    'candles',
    'signals',
    're-run at',
    'differences',
    'warm-up',
    'late start agrees after: by side',
    'to the bit',
  ];
  const table = new Table({
    head: head.map((name) => chalk.dim(name)),
    style: { head: [], border: [], compact: true },
  });
  for (const one of report.strategies) {
    const found = one.differences.length;
    table.push([
      one.strategy,
      formatCount(one.candles),
      formatCount(one.signals),
      formatCount(one.checked),
      found === 0 ? chalk.green('none') : chalk.red(String(found)),
      String(one.warmup),
      longest(one.lateStarts.map(({ sidesAgreeAfter }) => sidesAgreeAfter)),
      longest(one.lateStarts.map(({ agreesAfter }) => agreesAfter)),
    ]);
  }
  const lines = report.strategies.flatMap((one) => one.differences.slice(0, SHOWN).map((at) => describe(one, at)));
  const verdict = report.ok ? 'No signal looks ahead.' : chalk.red('Some signals look ahead.');
  return [chalk.bold(`Look-ahead check on ${report.data}`), table.toString(), ...lines, verdict].join('\n');
}

/** The longest that a late start took to agree. */
function longest(candles: readonly (number | null)[]): string {
  if (candles.length === 0) return '-';
  const most = Math.max(...candles.map((count) => count ?? Infinity));
  return Number.isFinite(most) ? formatCount(most) : 'never';
}

function describe(
  { strategy }: StrategyLookahead,
  { trial, candle, openTimeMs, known, expected, was }: StrategyLookahead['differences'][number],
): string {
  const place = `candle ${candle} (${formatTime(openTimeMs)}), ${trial}, ${known} candles known`;
  return `${strategy}: ${place}: expected ${expected}, was ${was}`;
}
