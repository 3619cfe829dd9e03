import { z } from 'zod';
import { withoutSession } from '../exchange/order-id.js';
import { decimalString, epochMs, orderSide, symbolName } from '../messages/envelope.js';
import { equityOf, pnlOf, type ClosedDay, type Ledger, type LedgerFill } from '../portfolio/ledger.js';
import { computeStatistics } from '../statistics/compute-statistics.js';
import { roundTrips, type RoundTrip } from '../statistics/round-trips.js';

const count = z.int().nonnegative();
/** A figure and the number of observations behind it; null where it is undefined. */
const figure = z.object({ value: z.number().nullable(), n: count });

/**
 * Report of a replay or a backtest; amounts are decimal strings in quote currency.
 * - realizedPnlQuote: profit of sells before fees, so final = start + realised + unrealised - fees.
 * - rejected: orders that ended as `rejected` in the four words of `exec.status`.
 * - days: UTC days in order, the unfinished last one too; their pnlQuote sum up to final - start.
 * - trades: one a fill, ordered by (atMs, symbol, orderId, fill number); orderId without its session.
 * - equity: [atMs, quote] at the start, every 00:00 UTC after it, and the end.
 * - maxDrawdownRatio: positive, on the equity at every close.
 */
export const report = z.object({
  startEquityQuote: decimalString,
  candles: count,
  signals: count,
  riskRequests: count,
  riskRefused: count,
  orders: count,
  fills: count,
  rejected: count,
  feesQuote: decimalString,
  realizedPnlQuote: decimalString,
  finalEquityQuote: decimalString,
  maxDrawdownRatio: z.number().nonnegative(),
  days: z.array(
    z.object({
      day: z.iso.date(),
      pnlQuote: decimalString,
      pnlRatio: z.number(),
      halted: z.boolean(),
      haltReason: z.string().nullable(),
    }),
  ),
  trades: z.array(
    z.object({
      orderId: z.string().min(1),
      symbol: symbolName,
      side: orderSide,
      qty: decimalString,
      price: decimalString,
      feeQuote: decimalString,
      atMs: epochMs,
    }),
  ),
  equity: z.array(z.tuple([epochMs, decimalString])),
  statistics: z.object({
    sharpe: figure,
    sortino: figure,
    maxDrawdownRatio: figure,
    cagr: figure,
    calmar: figure,
    winRate: figure,
    profitFactor: figure,
    expectancy: figure,
    sqn: figure,
    psr: figure,
  }),
  /** Entries of dead-letter streams by stream; streams without any are left out. */
  dlq: z.record(z.string(), count),
  duplicates: count,
  duplicatesSuppressed: count,
  wallMs: z.number().nonnegative(),
});
export type Report = z.infer<typeof report>;

/** A fill with the order it belongs to; `fillNumber` counts from 1 within the order. */
export interface ReportFill extends LedgerFill {
  readonly orderId: string;
  readonly fillNumber: number;
}

/** How often each thing happened in the session. */
export type ReportCounters = Readonly<
  Pick<Report, 'candles' | 'signals' | 'riskRequests' | 'riskRefused' | 'orders' | 'rejected'>
>;

export interface ReportInput {
  /** Its prefix is taken off the order ids. */
  readonly sessionId: string;
  readonly counters: ReportCounters;
  /** Of the session, in any order. */
  readonly fills: readonly ReportFill[];
  /** All fills of the account in their order, where it had traded before the session: a position may be older than it. */
  readonly accountFills?: readonly ReportFill[] | undefined;
  /** Days that ended during the session, oldest first. */
  readonly closedDays: readonly ClosedDay[];
  /** The account after the last step; opened at the session's start. */
  readonly ledger: Ledger;
  /** Close time of the last step. */
  readonly endMs: number;
  readonly dlq: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly duplicatesSuppressed: number;
  readonly wallMs: number;
}

/** Puts the report together; the same input gives the same report, whatever the order of `fills`. */
export function buildReport(input: ReportInput): Report {
  const { counters, ledger, closedDays, endMs } = input;
  const fills = [...input.fills].sort((a, b) => a.fillSeq - b.fillSeq);
  const equity = equitySamples({ ledger, closedDays, endMs });
  return {
    startEquityQuote: ledger.startEquityQuote,
    ...pickCounters(counters),
    fills: fills.length,
    feesQuote: ledger.feesQuote,
    realizedPnlQuote: ledger.realizedQuote,
    finalEquityQuote: equityOf(ledger),
    maxDrawdownRatio: ledger.maxDrawdownRatio,
    days: daysOf({ ledger, closedDays, endMs }),
    trades: tradesOf(fills, input.sessionId),
    equity: equity.map(([atMs, quote]): [number, string] => [atMs, quote]),
    statistics: computeStatistics({
      equity: equity.map(([atMs, quote]): [number, number] => [atMs, Number(quote)]),
      trades: tripsOf(input, fills).map((trip) => Number(trip.pnlQuote)),
      maxDrawdownRatio: ledger.maxDrawdownRatio,
    }),
    dlq: { ...input.dlq },
    duplicates: input.duplicates,
    duplicatesSuppressed: input.duplicatesSuppressed,
    wallMs: input.wallMs,
  };
}

/** Round trips that closed in the session. */
function tripsOf({ accountFills, ledger }: ReportInput, fills: readonly ReportFill[]): readonly RoundTrip[] {
  if (accountFills === undefined) return roundTrips(fills);
  return roundTrips(accountFills).filter((trip) => trip.closedAtMs >= ledger.startedAtMs);
}

interface Course {
  readonly ledger: Ledger;
  readonly closedDays: readonly ClosedDay[];
  readonly endMs: number;
}

/** Equity at the account's start, at every 00:00 UTC after it, and at the end; an end at 00:00 UTC is there once. */
export function equitySamples({ ledger, closedDays, endMs }: Course): readonly (readonly [number, string])[] {
  const samples: (readonly [number, string])[] = [[ledger.startedAtMs, ledger.startEquityQuote]];
  for (const day of closedDays) samples.push([day.endMs, day.endEquityQuote]);
  if (endMs > (samples.at(-1)?.[0] ?? endMs)) samples.push([endMs, equityOf(ledger)]);
  return samples;
}

function pickCounters(counters: ReportCounters): ReportCounters {
  const { candles, signals, riskRequests, riskRefused, orders, rejected } = counters;
  return { candles, signals, riskRequests, riskRefused, orders, rejected };
}

function daysOf({ ledger, closedDays, endMs }: Course): Report['days'] {
  const days = closedDays.map(({ day, pnlQuote, pnlRatio, halted, haltReason }) => ({
    day,
    pnlQuote,
    pnlRatio,
    halted,
    haltReason,
  }));
  if (endMs <= ledger.day.startMs) return days;
  const { day, pnlQuote, pnlRatio } = pnlOf(ledger);
  return [...days, { day, pnlQuote, pnlRatio, halted: ledger.day.halted, haltReason: ledger.day.haltReason }];
}

function tradesOf(fills: readonly ReportFill[], sessionId: string): Report['trades'] {
  return fills
    .map((fill) => ({ ...fill, orderId: withoutSession(fill.orderId, sessionId) }))
    .sort(
      (a, b) =>
        a.atMs - b.atMs ||
        compareText(a.symbol, b.symbol) ||
        compareText(a.orderId, b.orderId) ||
        a.fillNumber - b.fillNumber,
    )
    .map(({ orderId, symbol, side, qty, price, feeQuote, atMs }) => ({
      orderId,
      symbol,
      side,
      qty,
      price,
      feeQuote,
      atMs,
    }));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
