import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { Report } from '@octant/trading/backtest/report';
import { formatAmount, formatCount, formatRatio, formatTime } from '../screen/format.js';

const LAST_TRADES = 8;

/** The report as tables for the screen. */
export function renderReport(report: Report, title: string, chalk: ChalkInstance): string {
  const figures = new Table({ style: { head: [], border: [], compact: true } });
  const [results, counts, statistics] = [resultRows(report), countRows(report), statisticRows(report)];
  for (let row = 0; row < Math.max(results.length, counts.length, statistics.length); row += 1) {
    figures.push([results, counts, statistics].flatMap((rows) => rows[row] ?? ['', '']));
  }
  const trades = tradeTable(report, chalk);
  return [chalk.bold(title), figures.toString(), ...(trades === undefined ? [] : [trades])].join('\n');
}

function resultRows(report: Report): [string, string][] {
  const ratio = Number(report.finalEquityQuote) / Number(report.startEquityQuote) - 1;
  const halted = report.days.filter((day) => day.halted).length;
  return [
    ['start equity', formatAmount(report.startEquityQuote)],
    ['final equity', formatAmount(report.finalEquityQuote)],
    ['return', formatRatio(ratio)],
    ['realised profit', formatAmount(report.realizedPnlQuote)],
    ['fees', formatAmount(report.feesQuote)],
    ['largest drawdown', `${(report.maxDrawdownRatio * 100).toFixed(2)} %`],
    ['days (halted)', `${report.days.length} (${halted})`],
    ['time', `${(report.wallMs / 1000).toFixed(1)} s`],
  ];
}

function countRows(report: Report): [string, string][] {
  const perSecond = report.candles / Math.max(0.001, report.wallMs / 1000);
  const dead = Object.values(report.dlq).reduce((sum, count) => sum + count, 0);
  return [
    ['candles', `${formatCount(report.candles)} (${formatCount(perSecond)}/s)`],
    ['signals', formatCount(report.signals)],
    ['risk asked (refused)', `${formatCount(report.riskRequests)} (${formatCount(report.riskRefused)})`],
    ['orders (rejected)', `${formatCount(report.orders)} (${formatCount(report.rejected)})`],
    ['fills', formatCount(report.fills)],
    ['dead letters', formatCount(dead)],
    ['duplicates', formatCount(report.duplicates)],
    ['answered redeliveries', formatCount(report.duplicatesSuppressed)],
  ];
}

function statisticRows({ statistics }: Report): [string, string][] {
  const names = ['sharpe', 'sortino', 'cagr', 'calmar', 'winRate', 'profitFactor', 'expectancy', 'sqn'] as const;
  return names.map((name) => {
    const { value, n } = statistics[name];
    return [name, value === null ? '-' : `${value.toFixed(3)} (n ${n})`];
  });
}

function tradeTable({ trades }: Report, chalk: ChalkInstance): string | undefined {
  if (trades.length === 0) return undefined;
  const table = new Table({
    head: ['last trades, UTC', 'symbol', 'side', 'quantity', 'price', 'fee'].map((name) => chalk.dim(name)),
    style: { head: [], border: [], compact: true },
  });
  for (const { atMs, symbol, side, qty, price, feeQuote } of trades.slice(-LAST_TRADES)) {
    const word = side === 'buy' ? chalk.green(side) : chalk.red(side);
    table.push([formatTime(atMs), symbol, word, qty, formatAmount(price), formatAmount(feeQuote, 4)]);
  }
  return table.toString();
}
