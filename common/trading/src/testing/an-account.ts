import { fillAtOpen, type PaperFees } from '../exchange/paper-exchange.js';
import { floorToStep, formatDecimal, parseDecimal } from '../money/decimal.js';
import { openLedger, type LedgerFill } from '../portfolio/ledger.js';
import { aCandle } from './a-candle.js';
import { anInstrument } from './an-instrument.js';

/** What a generated step of an account does: buy some lots, or sell a share of what is held. */
export interface AccountMove {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Lots of a buy. */
  readonly lots: number;
  /** Per mille of the position that a sell takes; 1000 is all. */
  readonly share: number;
  /** In ticks. */
  readonly openTicks: number;
  /** Time since the move before. */
  readonly afterMs: number;
}

/** Turns any sequence of moves into a valid sequence of fills: sells never exceed the position, empty ones are left out. */
export function someFills(moves: readonly AccountMove[], fees: PaperFees): readonly LedgerFill[] {
  const instrument = anInstrument();
  const held = new Map<string, string>();
  const fills: LedgerFill[] = [];
  let atMs = aCandle().openTimeMs;
  for (const move of moves) {
    atMs += move.afterMs;
    const position = parseDecimal(held.get(move.symbol) ?? '0');
    const qty =
      move.side === 'buy'
        ? instrument.lotSize.times(move.lots)
        : move.share === 1000
          ? position
          : floorToStep(position.times(move.share).div(1000), instrument.lotSize);
    if (qty.lte(0)) continue;
    const order = { side: move.side, qty: formatDecimal(qty) };
    const open = formatDecimal(instrument.tickSize.times(move.openTicks));
    const { price, feeQuote } = fillAtOpen({ order, open, instrument, fees });
    held.set(move.symbol, formatDecimal(move.side === 'buy' ? position.plus(qty) : position.minus(qty)));
    fills.push({
      symbol: move.symbol,
      ...order,
      price: formatDecimal(price),
      feeQuote: formatDecimal(feeQuote),
      atMs,
      fillSeq: fills.length + 1,
    });
  }
  return fills;
}

/** An account with 1,000,000 in cash at 2024-01-01T00:00Z. */
export function anAccount(): ReturnType<typeof openLedger> {
  return openLedger('1000000', aCandle().openTimeMs);
}
