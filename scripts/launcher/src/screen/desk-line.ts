import { formatAmount, formatCount, formatRatio, formatTime } from './format.js';
import type { ScreenState } from './screen-state.js';

/** The desk in one line, for outputs that are no terminal. */
export function deskLine({ nowMs, agents, overview, overviewProblem }: ScreenState): string {
  const at = `${formatTime(nowMs)} UTC`;
  const ready = agents.filter(({ state }) => state === 'ready').length;
  if (overview === undefined) return `${at}  ${ready}/${agents.length} agents ready  ${overviewProblem ?? ''}`;
  const { counters, pnl, streams } = overview;
  const label = overview.simulated ? 'SIMULATED' : 'PAPER';
  const pending = streams.reduce((sum, stream) => sum + stream.pending, 0);
  const dead = streams.reduce((sum, stream) => sum + stream.dlq, 0);
  const parts = [
    `${label}  ${ready}/${agents.length} agents ready`,
    `candles ${formatCount(counters.candles)}  signals ${formatCount(counters.signals)}`,
    `orders ${formatCount(counters.orders)}  fills ${formatCount(counters.fills)}`,
    `equity ${formatAmount(pnl.equityQuote)}  PnL ${formatAmount(pnl.pnlQuote)} (${formatRatio(pnl.pnlRatio)})`,
    `pending ${formatCount(pending)}  dead letters ${formatCount(dead)}`,
    ...(pnl.halted ? [`HALTED: ${pnl.haltReason ?? 'no reason given'}`] : []),
  ];
  return `${at}  ${parts.join('  ')}`;
}
