import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { compareBalances, heldForDesk, holdingsOf, type BalanceQuestion } from './compare-balances.js';
import type { FoundDifference } from './difference.js';
import type { FillFeed } from './fill-feed.js';
import type { LiveDesk } from './live-desk.js';
import { awaitsFills } from './live-order.js';

/** Looks that must agree before a difference counts, and most looks. */
const LOOKS = 4;
const PAUSE_MS = 500;

interface Look {
  readonly differences: readonly FoundDifference[];
  /** Nothing was booked or awaited while it was taken. */
  readonly calm: boolean;
}

/**
 * Compares the balances with the books while nothing moves: fills are asked for before and after, and a difference counts
 * when two looks in a row find the same one. Where it does not come to rest, what was open stays as it was.
 */
export async function settleBalances(
  desk: LiveDesk,
  feed: FillFeed,
): Promise<{ readonly differences: readonly FoundDifference[]; readonly unsettled: boolean }> {
  let before: string | undefined;
  for (let turn = 1; turn <= LOOKS; turn += 1) {
    const { differences, calm } = await look(desk, feed);
    const figures = JSON.stringify(differences);
    if (calm && (differences.length === 0 || figures === before)) return { differences, unsettled: false };
    before = calm ? figures : undefined;
    if (turn < LOOKS) await desk.clock.sleep(PAUSE_MS);
  }
  const open = await desk.store.differences({ open: true, limit: 1000 });
  return { differences: open.filter(({ kind }) => kind === 'balance'), unsettled: true };
}

async function look(desk: LiveDesk, feed: FillFeed): Promise<Look> {
  const before = await desk.store.loadAccount();
  const balances = await desk.venue.balances();
  await feed.pollActive();
  const account = await desk.store.loadAccount();
  const symbols = [...desk.instruments().keys()].filter((symbol) => symbol.endsWith(`-${account.quoteCurrency}`));
  const question = { account, balances, symbols, baselines: await desk.store.baselines() };
  const busy = (await desk.store.openOrders()).some((order) => awaitsFills(order) || order.state === 'sent');
  const calm = before.lastFillSeq === account.lastFillSeq && !busy;
  const baselines = calm ? await withNewBaselines(desk, question) : question.baselines;
  for (const holding of holdingsOf(question)) {
    const [symbol, ...others] = holding.symbols;
    if (symbol !== undefined && others.length === 0 && holding.currency !== account.quoteCurrency) {
      desk.metrics.atVenue(symbol, heldForDesk(holding, baselines));
    }
  }
  return { differences: compareBalances({ ...question, baselines }), calm };
}

/**
 * A currency that is seen for the first time: what the venue holds of it beyond the books is not the desk's. Less than the
 * books say is a difference from the start (the account holds less than `start_equity`).
 */
async function withNewBaselines(desk: LiveDesk, question: BalanceQuestion): Promise<ReadonlyMap<string, string>> {
  const baselines = new Map(question.baselines);
  for (const { currency, books, actual } of holdingsOf(question)) {
    if (baselines.has(currency)) continue;
    const beside = parseDecimal(actual).minus(parseDecimal(books));
    const amount = formatDecimal(beside.lt(0) ? parseDecimal('0') : beside);
    baselines.set(currency, amount);
    await desk.store.transact((live) => live.putBaseline(currency, amount));
  }
  return baselines;
}
