import { accountLabel } from './account-label.js';
import { formatAmount, formatCount, formatRatio, formatTime } from './format.js';
import type { ScreenState } from './screen-state.js';

/** The desk in one line, for outputs that are no terminal. */
export function deskLine(state: ScreenState): string {
  const { nowMs, agents, overview, overviewProblem } = state;
  const at = `${formatTime(nowMs)} UTC`;
  const ready = agents.filter(({ state }) => state === 'ready').length;
  if (overview === undefined) return `${at}  ${ready}/${agents.length} agents ready  ${overviewProblem ?? ''}`;
  const { counters, pnl, streams } = overview;
  const pending = streams.reduce((sum, stream) => sum + stream.pending, 0);
  const dead = streams.reduce((sum, stream) => sum + stream.dlq, 0);
  const parts = [
    `${accountLabel(state)}  ${ready}/${agents.length} agents ready`,
    `candles ${formatCount(counters.candles)}  signals ${formatCount(counters.signals)}`,
    `orders ${formatCount(counters.orders)}  fills ${formatCount(counters.fills)}`,
    `equity ${formatAmount(pnl.equityQuote)}  PnL ${formatAmount(pnl.pnlQuote)} (${formatRatio(pnl.pnlRatio)})`,
    `pending ${formatCount(pending)}  dead letters ${formatCount(dead)}`,
    ...(pnl.halted ? [`HALTED: ${pnl.haltReason ?? 'no reason given'}`] : []),
  ];
  return `${at}  ${parts.join('  ')}`;
}
