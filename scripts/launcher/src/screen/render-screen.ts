import { stripVTControlCharacters } from 'node:util';
import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { formatAmount, formatBytes, formatCount, formatDuration, formatRatio, formatTime, shorten } from './format.js';
import { accountLabel, paintLabel } from './account-label.js';
import type { AgentLine, ScreenState } from './screen-state.js';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const LEAST_COLUMNS = 80;
const MOST_COLUMNS = 130;

/** The live screen as text: state in, string out, no longer and no wider than the terminal. */
export function renderScreen(state: ScreenState, size: ScreenSize, chalk: ChalkInstance): string {
  const width = Math.min(Math.max(size.columns, LEAST_COLUMNS), MOST_COLUMNS) - 1;
  const upper = Math.floor(width * 0.68);
  const agents = [...agentLines(state, upper, chalk), ...serverLines(state, upper, chalk)];
  const hints = hintLines(state, width, chalk);
  const head = [
    ...titleLines(state, width, chalk),
    '',
    ...besides(agents, figureLines(state, width - upper - 2, chalk), upper),
    '',
  ];
  const room = Math.max(3, size.rows - 1 - head.length - hints.length - 1);
  const lower = Math.floor(width * 0.5);
  const streams = streamLines(state, { width: lower, rows: room }, chalk);
  const trades = tradeLines(state, width - lower - 2, chalk).slice(0, room);
  const lines = [...head, ...besides(streams, trades, lower), '', ...hints];
  return lines.slice(0, size.rows - 1).join('\n');
}

function titleLines(state: ScreenState, width: number, chalk: ChalkInstance): string[] {
  const label = accountLabel(state);
  const up = `up ${formatDuration(state.nowMs - state.startedAtMs)}`;
  const what = shorten(sessionText(state), width - label.length - up.length - 16);
  const gap = ' '.repeat(Math.max(1, width - 10 - label.length - 2 - 2 - what.length - up.length));
  const title = `${chalk.bold('  OCTANT  ')}${paintLabel(label, chalk)}  ${what}${gap}${chalk.dim(up)}`;
  return [title, chalk.dim('─'.repeat(width))];
}

function sessionText({ session, overviewProblem }: ScreenState): string {
  if (session === undefined) return overviewProblem ?? 'no session';
  const { symbols, timeframe, strategy, mode, source, status } = session;
  const running = status === 'running' ? '' : ` · ${status}`;
  return `${symbols.join(' ')} ${timeframe} · ${strategy} · ${mode} · ${source}${running}`;
}

function agentLines(state: ScreenState, width: number, chalk: ChalkInstance): string[] {
  const rows = state.agents.map((agent) => {
    const again = agent.restarts === 0 ? '' : chalk.yellow(` ${agent.restarts}×`);
    return [agent.name, `${paintState(agent, chalk)}${again}`, chalk.dim(agent.url), formatBytes(agent.residentBytes)];
  });
  return plainTable({ head: ['AGENT', 'STATE', 'URL', 'MEMORY'], rows, colWidths: [21, width - 53, 22, 7] }, chalk);
}

function paintState({ state }: AgentLine, chalk: ChalkInstance): string {
  if (state === 'ready') return chalk.green(state);
  return state === 'down' || state === 'restarting' ? chalk.red(state) : chalk.yellow(state);
}

function serverLines(state: ScreenState, width: number, chalk: ChalkInstance): string[] {
  return state.servers.map(({ name, origin, residentBytes, restarts }) => {
    const again = restarts === undefined || restarts === 0 ? '' : chalk.yellow(`  ${restarts}×`);
    const memory = residentBytes === undefined ? '' : ` ${formatBytes(residentBytes)}`;
    return `  ${chalk.dim(`${name.padEnd(9)} ${shorten(origin.replace(/, data .*/, ''), width - 24)}${memory}`)}${again}`;
  });
}

function figureLines({ overview, session }: ScreenState, width: number, chalk: ChalkInstance): string[] {
  if (overview === undefined) return [chalk.dim('DESK'), chalk.dim('not known yet')];
  const { pnl, counters } = overview;
  const signed = pnl.pnlQuote.startsWith('-') ? chalk.red : chalk.green;
  const rows: [string, string][] = [
    ['equity', chalk.bold(formatAmount(pnl.equityQuote))],
    ['PnL today', signed(`${formatAmount(pnl.pnlQuote)}  ${formatRatio(pnl.pnlRatio)}`)],
    [' realised', formatAmount(pnl.realizedQuote)],
    [' unrealised', formatAmount(pnl.unrealizedQuote)],
    [' fees', formatAmount(pnl.feesQuote)],
    ['halted', pnl.halted ? chalk.red.bold(shorten(pnl.haltReason ?? 'yes', width - 13)) : 'no'],
    ['candles', formatCount(counters.candles)],
    ['signals', formatCount(counters.signals)],
    ['risk asked', formatCount(counters.riskRequests)],
    [' refused', formatCount(counters.riskRefused)],
    ['orders', formatCount(counters.orders)],
    ['fills', formatCount(counters.fills)],
    ['rejected', formatCount(counters.rejected)],
  ];
  const at = session?.lastCloseTimeMs;
  const heading = `DESK${at === undefined || at === null ? '' : `  ${formatTime(at)} UTC`}`;
  return [chalk.dim(shorten(heading, width)), ...rows.map(([name, value]) => `${chalk.dim(name.padEnd(11))} ${value}`)];
}

/** Streams with something to tell first: dead letters, then work that waits, then the rest by name. */
function streamLines({ overview }: ScreenState, size: { width: number; rows: number }, chalk: ChalkInstance): string[] {
  const streams = [...(overview?.streams ?? [])].sort(
    (a, b) => b.dlq - a.dlq || b.pending + (b.lag ?? 0) - a.pending - (a.lag ?? 0) || (a.stream < b.stream ? -1 : 1),
  );
  const fits = streams.length + 1 <= size.rows;
  const shown = fits ? streams : streams.slice(0, size.rows - 2);
  const rows = shown.map(({ stream, pending, lag, dlq }) => [
    stream,
    pending > 0 ? chalk.yellow(formatCount(pending)) : chalk.dim('0'),
    lag === null ? chalk.dim('?') : lag > 0 ? formatCount(lag) : chalk.dim('0'),
    dlq > 0 ? chalk.red.bold(formatCount(dlq)) : chalk.dim('0'),
  ]);
  const head = ['STREAM', 'PENDING', 'UNREAD', 'DEAD'];
  const table = plainTable({ head, rows, colWidths: [size.width - 24, 8, 7, 6] }, chalk);
  return fits ? table : [...table, chalk.dim(`  and ${streams.length - shown.length} more`)];
}

function tradeLines({ overview }: ScreenState, width: number, chalk: ChalkInstance): string[] {
  const lines = (overview?.recentTrades ?? []).map(({ side, symbol, qty, price, atMs }) => {
    const word = side === 'buy' ? chalk.green('buy ') : chalk.red('sell');
    const text = ` ${symbol} ${qty} at ${formatAmount(price)}`;
    return `${chalk.dim(formatTime(atMs).slice(5))} ${word}${shorten(text, width - 17)}`;
  });
  return [chalk.dim('LAST TRADES'), ...(lines.length === 0 ? [chalk.dim('none yet')] : lines)];
}

function hintLines(state: ScreenState, width: number, chalk: ChalkInstance): string[] {
  const events = state.events.slice(-2).map(({ atMs, text }) => {
    return chalk.yellow(shorten(`  ${new Date(atMs).toISOString().slice(11, 19)} ${text}`, width));
  });
  const problem = state.overview !== undefined && state.overviewProblem !== undefined ? [state.overviewProblem] : [];
  const hints = [...problem, ...state.hints].map((hint) => chalk.dim(shorten(`  ${hint}`, width)));
  return [...events, ...hints];
}

const NO_BORDER = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left']
    .concat(['left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((name) => [name, '']),
);

interface PlainTable {
  readonly head: readonly string[];
  readonly rows: readonly string[][];
  readonly colWidths: number[];
}

function plainTable({ head, rows, colWidths }: PlainTable, chalk: ChalkInstance): string[] {
  const table = new Table({
    chars: NO_BORDER,
    colWidths,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  table.push(
    head.map((name) => chalk.dim(name)),
    ...rows,
  );
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line}`);
}

/** Two columns of lines as one. */
function besides(left: readonly string[], right: readonly string[], width: number): string[] {
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, row) => `${padVisible(left[row] ?? '', width)}  ${right[row] ?? ''}`);
}

function padVisible(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleLength(text)));
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
