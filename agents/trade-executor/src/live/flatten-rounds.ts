import { floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { intendedMessages, endedMessages } from '../account/order-messages.js';
import type { AdminCommand } from '../adapters/live-store.js';
import { requestCancels } from './cancel-orders.js';
import { traceOf } from './difference-messages.js';
import { inLiveTransaction, type LiveWork } from './in-live-transaction.js';
import { freeQtyOf, type LiveAccount } from './live-account.js';
import { pass, stampOf, type LiveDesk } from './live-desk.js';
import { instrumentAt, intake, type LiveSubmission } from './take-live-order.js';

/** Rounds that may end without selling all: rejected again and again, it needs a person. */
const MOST_ROUNDS = 20;
export const FLATTEN_SESSION = 'flatten';

/**
 * Goes on with every flatten that is not done: a round sells what is free of each symbol at the market once nothing of it
 * is open; the command is done when nothing that the venue would take is left.
 */
export async function continueFlattens(desk: LiveDesk): Promise<void> {
  const commands = await desk.store.openCommands();
  for (const command of commands.filter(({ action }) => action === 'flatten')) {
    await pass(desk, 'flatten.before');
    await runRound(desk, command);
  }
}

async function runRound(desk: LiveDesk, command: AdminCommand): Promise<void> {
  const points = { uncommitted: 'flatten.before', after: 'flatten.after' } as const;
  await inLiveTransaction(desk, points, async (work) => {
    const account = await work.live.lockAccount();
    const open = await work.live.lockOpenOrders(command.symbols.length === 0 ? {} : { symbols: command.symbols });
    const ours = (orderId: string) => orderId.startsWith(`${command.key}.`);
    const others = open.filter(({ orderId, cancelReason }) => !ours(orderId) && cancelReason === undefined);
    await requestCancels(desk, work, { orders: others, reason: `flatten: asked for by ${command.actor}` });
    const busy = new Set(open.map(({ symbol }) => symbol));
    const concerned = Object.keys(account.positions).filter(
      (symbol) => command.symbols.length === 0 || command.symbols.includes(symbol),
    );
    let sold = 0;
    for (const symbol of concerned) {
      if (!busy.has(symbol) && (await sell(desk, work, { command, account, symbol }))) sold += 1;
    }
    if (sold === 0 && busy.size > 0) return;
    const isDone = sold === 0 || command.rounds + 1 >= MOST_ROUNDS;
    await work.live.updateCommand(command.key, { state: isDone ? 'done' : 'open', rounds: command.rounds + 1 });
    work.onCommitted(() => {
      desk.signals.send();
      if (isDone)
        desk.logger.warn({ key: command.key, rounds: command.rounds + 1, left: concerned }, 'a flatten has ended');
    });
  });
}

/** Whether an order was taken; less than a lot, or below the least notional, is left. */
async function sell(
  desk: LiveDesk,
  work: LiveWork,
  {
    command,
    account,
    symbol,
  }: { readonly command: AdminCommand; readonly account: LiveAccount; readonly symbol: string },
): Promise<boolean> {
  const instrument = instrumentAt(desk, symbol);
  const free = freeQtyOf(account, symbol);
  const qty = floorToStep(parseDecimal(free), instrument.lotSize);
  if (qty.lte(0)) return false;
  const position = account.positions[symbol];
  const average =
    position === undefined ? '1' : parseDecimal(position.costQuote).divDown(parseDecimal(position.qty), 8);
  const orderId = `${command.key}.${String(command.rounds + 1)}.${symbol}`;
  const order: LiveSubmission = {
    orderId,
    symbol,
    side: 'sell',
    qty: formatDecimal(qty),
    requestId: orderId,
    sessionId: FLATTEN_SESSION,
    traceId: traceOf(command.key),
    referencePrice: average.toString(),
    notBeforeMs: desk.clock.now(),
    timeframe: undefined,
    haltVersion: account.halt.haltVersion,
    ts: stampOf(desk).ts,
    verdict: { approval: { requestId: orderId, riskScore: 0, standing: true } },
  };
  const { answer, isNew } = await intake(desk, work, { order, instrument });
  if (!isNew) return false;
  const atMs = desk.clock.now();
  const messages =
    answer.state === 'denied'
      ? endedMessages(order, { state: 'denied', reason: answer.reason ?? 'denied', atMs }, stampOf(desk))
      : intendedMessages(order, atMs, stampOf(desk));
  await work.say(messages, order.traceId);
  return answer.state !== 'denied';
}
