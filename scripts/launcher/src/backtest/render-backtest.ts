import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { renderReport } from '../replay/render-report.js';
import { formatAmount, formatCount, formatRatio, formatTime } from '../screen/format.js';
import type { BacktestOutcome } from './execute-backtest.js';

/** The outcome as tables for the screen: the report's, then costs, benchmark and files. */
export function renderBacktest(outcome: BacktestOutcome, chalk: ChalkInstance): string {
  const table = new Table({ style: { head: [], border: [], compact: true } });
  const [costs, benchmark] = [costRows(outcome), benchmarkRows(outcome)];
  for (let row = 0; row < Math.max(costs.length, benchmark.length); row += 1) {
    table.push([costs, benchmark].flatMap((rows) => rows[row] ?? ['', '']));
  }
  return [
    renderReport(outcome.report, outcome.title, chalk),
    table.toString(),
    ...outcome.files.map((file) => chalk.dim(describeFile(file))),
    ...(outcome.finerUse === undefined ? [] : [chalk.dim(describeFinerUse(outcome.finerUse))]),
  ].join('\n');
}

function costRows({ costs }: BacktestOutcome): [string, string][] {
  const { shareOfGross } = costs;
  return [
    ['gross profit', amount(costs.grossQuote)],
    ['slippage (estimate)', amount(costs.slippageQuote)],
    ['fees', amount(costs.feesQuote)],
    ['costs of gross profit', shareOfGross === null ? '-' : `${(shareOfGross * 100).toFixed(1)} %`],
    ['turnover', amount(costs.turnoverQuote)],
  ];
}

function benchmarkRows({ report, benchmark, timeInMarket }: BacktestOutcome): [string, string][] {
  const own = Number(report.finalEquityQuote) / Number(report.startEquityQuote) - 1;
  return [
    ['buy and hold', amount(benchmark.finalEquityQuote)],
    ['its return', formatRatio(benchmark.returnRatio)],
    ['difference', formatRatio(own - benchmark.returnRatio)],
    ['time in the market', `${(timeInMarket * 100).toFixed(1)} %`],
    ['worst day', worstDay(report.days)],
  ];
}

function worstDay(days: BacktestOutcome['report']['days']): string {
  if (days.length === 0) return '-';
  return formatRatio(days.reduce((least, { pnlRatio }) => Math.min(least, pnlRatio), Infinity));
}

function describeFile(file: BacktestOutcome['files'][number]): string {
  const range = `${formatTime(file.firstOpenMs)} to ${formatTime(file.lastOpenMs)}`;
  const gaps =
    file.gaps === 0 ? 'no gap' : `${formatCount(file.gaps)} gaps (${formatCount(file.missing)} candles absent)`;
  return `${file.name}: ${file.symbol}, ${formatCount(file.candles)} candles, ${range}, ${gaps}`;
}

/** How often the order of prices within a candle was known. */
export function describeFinerUse({ used, absent, differing }: NonNullable<BacktestOutcome['finerUse']>): string {
  const all = formatCount(used + absent + differing);
  return `Shorter candles told what came first in ${formatCount(used)} of the ${all} candles in which something rested; ${formatCount(absent)} had none, ${formatCount(differing)} differed from theirs and count whole, the worst first`;
}

function amount(value: number): string {
  return formatAmount(value.toFixed(8));
}
