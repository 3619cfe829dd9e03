import type { FillRules } from '../exchange/fill-rules.js';
import { matchCandles, type Match } from '../exchange/match-candles.js';
import type { PaperCandle, PaperVenue } from '../exchange/match-step.js';
import type { PaperBook } from '../exchange/paper-book.js';
import { anInstrument, someInstruments } from './an-instrument.js';

/** 2024-01-01T01:00Z, the close that `anOrder` was decided at. */
export const OPEN_MS = 1_704_070_800_000;
export const HOUR_MS = 3_600_000;

/** Fees of 10 basis points for makers and takers, 5 of slippage, no latency, no limit by volume. */
export function someRules(fields: Partial<FillRules> = {}): FillRules {
  return {
    makerFeesBps: 10,
    takerFeesBps: 10,
    slippage: { model: 'fixed', bps: 5 },
    latencyCandles: 0,
    takeProfitFills: 'touch',
    ...fields,
  };
}

/** Two instruments under these rules. */
export function anExchange(fields: Partial<FillRules> = {}): PaperVenue {
  const instruments = someInstruments(anInstrument(), anInstrument({ symbol: 'ETH-USDT' }));
  return { instruments, rules: someRules(fields) };
}

/** The candle of this number after `OPEN_MS`; what is not said of it is wide around its open. */
export function aCandleAt(index: number, fields: Partial<PaperCandle> = {}): PaperCandle {
  return { openTimeMs: OPEN_MS + index * HOUR_MS, open: '100', high: '1000', low: '1', volume: '1000', ...fields };
}

/** Matches closed candles of BTC-USDT one after the other, each with the one before it; the match of each. */
export function matchAll(book: PaperBook, candles: readonly PaperCandle[], venue: PaperVenue): readonly Match[] {
  const matches: Match[] = [];
  let last = book;
  for (const [index, candle] of candles.entries()) {
    const previous = candles[index - 1];
    const before = previous === undefined ? undefined : { ...previous, close: previous.open };
    const step = { candles: { 'BTC-USDT': { before, ...candle } }, timeframe: '1h', closed: true } as const;
    const match = matchCandles(last, step, venue);
    matches.push(match);
    last = match.book;
  }
  return matches;
}
