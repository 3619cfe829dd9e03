import { describe, expect, it } from 'vitest';
import { aCandleAt, anExchange, matchAll, OPEN_MS } from '../testing/an-exchange.js';
import { anInstrument } from '../testing/an-instrument.js';
import { anOrder } from '../testing/an-order.js';
import type { ExitTerms } from './exit-terms.js';
import { wakeOfExits } from './exit-wake.js';
import { matchCandles } from './match-candles.js';
import type { PaperCandle } from './match-step.js';
import type { PaperBook } from './paper-book.js';
import type { PaperOutcome } from './paper-exchange.js';

const ENTRY = anOrder().orderId;
type Shape = Partial<PaperCandle>;

/** Buys 1 at the open of the first candle, with these exits; fees of 10 (taker) and 2 (maker) basis points. */
function run(exits: ExitTerms, shapes: readonly Shape[], rules: Parameters<typeof anExchange>[0] = {}) {
  const book: PaperBook = { cash: '1000', positions: {}, orders: [anOrder({ exits })], exits: [] };
  const candles = shapes.map((shape, index) => aCandleAt(index, { high: '101', low: '99', ...shape }));
  const venue = anExchange({ makerFeesBps: 2, slippage: { model: 'fixed', bps: 10 }, ...rules });
  return matchAll(book, candles, venue);
}

/** What the exits did, by candle. */
function sales(matches: ReturnType<typeof run>) {
  return matches.flatMap(({ outcomes }, candle) =>
    outcomes.filter(({ side }) => side === 'sell').map((outcome) => [candle, ...shortOf(outcome)]),
  );
}

function shortOf(outcome: PaperOutcome): readonly unknown[] {
  const name = outcome.orderId.slice(ENTRY.length + 1);
  if (outcome.type !== 'fill') return [name, outcome.type];
  return [name, outcome.qty, outcome.price];
}

describe('a stop', () => {
  it('sells at its level less slippage when the candle trades down to it', () => {
    const matches = run({ stopPrice: '95' }, [{}, { low: '95' }]);
    expect(matches[1]?.outcomes).toEqual([
      {
        type: 'fill',
        orderId: `${ENTRY}.stop`,
        exit: { kind: 'stop', entryId: ENTRY },
        symbol: 'BTC-USDT',
        side: 'sell',
        qty: '1',
        orderQty: '1',
        filledQty: '1',
        fillNumber: 1,
        complete: true,
        atMs: OPEN_MS + 3_600_000,
        price: '95',
        notional: '95',
        feeQuote: '0.095',
        profit: '-5.1',
        cash: '994.7049',
        position: { qty: '0', costQuote: '0' },
      },
    ]);
    expect(matches[1]?.book).toEqual({ cash: '994.7049', positions: {}, orders: [], exits: [] });
  });

  it('slips below its level, but not below the low', () => {
    expect(sales(run({ stopPrice: '95' }, [{}, { low: '90' }]))).toEqual([[1, 'stop', '1', '94.9']]);
    expect(sales(run({ stopPrice: '95' }, [{}, { low: '94.95' }]))).toEqual([[1, 'stop', '1', '94.95']]);
  });

  it('sells at the open where the market opens below it', () => {
    expect(sales(run({ stopPrice: '95' }, [{}, { open: '90', low: '80' }]))).toEqual([[1, 'stop', '1', '89.91']]);
  });

  it('counts from the fill on: inside the very candle of the entry', () => {
    expect(sales(run({ stopPrice: '99.5' }, [{}]))).toEqual([[0, 'stop', '1', '99.4']]);
  });

  it('sells at once when the entry fills below it', () => {
    expect(sales(run({ stopPrice: '100.2' }, [{ open: '100' }]))).toEqual([[0, 'stop', '1', '99.9']]);
  });

  it('comes first when the candle holds both levels', () => {
    expect(sales(run({ stopPrice: '95', takeProfitPrice: '105' }, [{}, { low: '90', high: '110' }]))).toEqual([
      [1, 'stop', '1', '94.9'],
    ]);
  });
});

describe('a take-profit', () => {
  it('sells at its limit, as a maker, and ends the stop', () => {
    const matches = run({ stopPrice: '95', takeProfitPrice: '105' }, [{}, { high: '105' }, { low: '50' }]);
    expect(sales(matches)).toEqual([[1, 'target', '1', '105']]);
    expect(matches[1]?.outcomes[0]).toMatchObject({ feeQuote: '0.021', profit: '4.9' });
    expect(matches[1]?.book.exits).toEqual([]);
  });

  it('sells at the better open where the market opens beyond it', () => {
    expect(sales(run({ takeProfitPrice: '105' }, [{}, { open: '107', high: '108' }]))).toEqual([
      [1, 'target', '1', '107'],
    ]);
  });

  it('needs a trade beyond its limit where the rules say so', () => {
    const rules = { takeProfitFills: 'through' } as const;
    expect(sales(run({ takeProfitPrice: '105' }, [{}, { high: '105' }, { high: '105.01' }], rules))).toEqual([
      [2, 'target', '1', '105'],
    ]);
  });

  it('is rounded up to the tick', () => {
    expect(sales(run({ takeProfitPrice: '104.991' }, [{}, { high: '104.99' }, { high: '105' }]))).toEqual([
      [2, 'target', '1', '105'],
    ]);
  });
});

describe('a trailing stop', () => {
  it('hangs on the highs of the candles before, never on that of its own', () => {
    const shapes = [
      {},
      { high: '110', low: '99' },
      { open: '109', high: '109', low: '106' },
      { open: '106', low: '100' },
    ];
    expect(sales(run({ trailingDistance: '5' }, shapes))).toEqual([[3, 'trail', '1', '104.89']]);
  });

  it('hangs on the open of the entry at first, and never moves down', () => {
    const falling = { open: '98', high: '98' };
    const shapes = [
      { high: '100.1', low: '97.2' },
      { ...falling, low: '97.2' },
      { ...falling, low: '97.1' },
    ];
    expect(sales(run({ trailingDistance: '3' }, shapes))).toEqual([[2, 'trail', '1', '97.1']]);
  });

  it('gives way to a fixed stop that is higher', () => {
    expect(sales(run({ trailingDistance: '20', stopPrice: '95' }, [{}, { low: '90' }]))).toEqual([
      [1, 'stop', '1', '94.9'],
    ]);
  });
});

describe('a time stop', () => {
  it('sells at the open that follows so many closes', () => {
    expect(sales(run({ maxCandles: 2 }, [{}, {}, { open: '100.5' }]))).toEqual([[2, 'time', '1', '100.39']]);
  });

  it('comes before a take-profit at the same open, and after a stop', () => {
    const late = { maxCandles: 1, takeProfitPrice: '105', stopPrice: '95' };
    expect(sales(run(late, [{}, { open: '106', high: '107' }]))).toEqual([[1, 'time', '1', '105.89']]);
    expect(sales(run(late, [{}, { open: '94', low: '93' }]))).toEqual([[1, 'stop', '1', '93.9']]);
  });
});

describe('exits and the volume', () => {
  const rules = { maxVolumeShare: 0.1 };

  it('rest as far as their entry has filled, and end what it has not bought yet', () => {
    const shapes = [{ volume: '6' }, { volume: '3' }, { low: '90', volume: '100' }];
    const matches = run({ stopPrice: '95' }, shapes, rules);
    expect(matches[1]?.book.exits.map(({ qty }) => qty)).toEqual(['0.6']);
    expect(matches[2]?.outcomes.map((outcome) => [outcome.side, outcome.type, outcome.qty])).toEqual([
      ['buy', 'fill', '0.3'],
      ['sell', 'fill', '0.9'],
      ['buy', 'canceled', '1'],
    ]);
    expect(matches[2]?.book).toMatchObject({ positions: {}, orders: [], exits: [] });
  });

  it('go on at the next opens, whatever the price, once a stop has triggered', () => {
    const shapes = [
      { volume: '100' },
      { volume: '6' },
      { low: '90', volume: '0' },
      { open: '120', high: '121', volume: '3' },
    ];
    const matches = run({ stopPrice: '95' }, [...shapes, { open: '121', high: '122', volume: '50' }, {}], rules);
    expect(sales(matches)).toEqual([
      [4, 'stop', '0.3', '120.87'],
      [5, 'stop', '0.7', '99.9'],
    ]);
    expect(matches[5]?.book.exits).toEqual([]);
  });

  it('a take-profit that has sold in part gives way to the stop', () => {
    const shapes = [{ volume: '100' }, { volume: '100' }, { high: '106', volume: '4' }, { low: '90', volume: '100' }];
    expect(sales(run({ stopPrice: '95', takeProfitPrice: '105' }, shapes, rules))).toEqual([
      [2, 'target', '0.4', '105'],
      [3, 'target', 'canceled'],
      [3, 'stop', '0.6', '94.9'],
    ]);
  });
});

describe('exits beside other sells', () => {
  const venue = anExchange();
  const entered = matchAll(
    { cash: '1000', positions: {}, orders: [anOrder({ qty: '2', exits: { stopPrice: '90' } })], exits: [] },
    [aCandleAt(0, { low: '99' })],
    venue,
  )[0]?.book;
  if (entered === undefined) throw new Error('expected a book');
  const sellOf = (qty: string) => {
    const orders = [anOrder({ orderId: 'sell', side: 'sell', qty })];
    return matchAll({ ...entered, orders }, [aCandleAt(1, { open: '95', low: '80' })], venue)[0];
  };

  it('a sell of all ends them, also in a candle that would have triggered them', () => {
    const match = sellOf('2');
    expect(match?.outcomes.map(({ orderId }) => orderId)).toEqual(['sell']);
    expect(match?.book.exits).toEqual([]);
  });

  it('a sell of a part leaves them the rest', () => {
    expect(sellOf('0.5')?.outcomes.map(({ orderId, qty }) => [orderId, qty])).toEqual([
      ['sell', '0.5'],
      [`${ENTRY}.stop`, '1.5'],
    ]);
  });

  it('a candle that is fed again moves and triggers nothing', () => {
    const candle = aCandleAt(1, { open: '100', high: '120', low: '99' });
    const exits = entered.exits.map((each) => ({ ...each, entry: anOrder({ exits: { trailingDistance: '10' } }) }));
    const step = { candles: { 'BTC-USDT': candle }, timeframe: '1h', closed: true } as const;
    const once = matchCandles({ ...entered, exits }, step, venue);
    expect(once.book.exits.map(({ highPrice }) => highPrice)).toEqual(['120']);
    const again = matchCandles(once.book, step, venue);
    expect(again.outcomes).toEqual([]);
    expect(again.book).toBe(once.book);
  });
});

describe('wakeOfExits', () => {
  it('is the levels, the high that a trailing stop follows, and the time', () => {
    const exits = { stopPrice: '90', takeProfitPrice: '130', trailingDistance: '5', maxCandles: 3 };
    const [match] = run(exits, [{ low: '99.5', high: '101' }]);
    expect(wakeOfExits(match?.book.exits ?? [], anInstrument())).toEqual({
      low: 96,
      high: 101,
      untilMs: OPEN_MS + 3 * 3_600_000,
      always: false,
    });
  });
});
