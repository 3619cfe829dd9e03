import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../market/candle.js';
import { columnsOf, type CandleColumns } from '../market/candle-columns.js';
import { randomColumns } from '../testing/random-columns.js';
import type { IndicatorDefinition, IndicatorRun } from './indicator-definition.js';
import { getIndicator, INDICATORS } from './registry.js';

const DEFINITIONS = [...INDICATORS.values()];
const STEPS = [0, 0, 0.5, -0.5, 0.1, -0.1, 0.013, -0.017] as const;

/** Sound candles with flat stretches, candles that do not move and candles without volume. */
const candles = fc
  .array(fc.record({ step: fc.constantFrom(...STEPS), up: fc.nat(3), down: fc.nat(3), volume: fc.nat(4) }), {
    maxLength: 70,
  })
  .map((rows) => {
    let price = 100;
    return rows.map(({ step, up, down, volume }, index): Candle => {
      const open = price;
      price = open * (1 + step);
      const high = Math.max(open, price) * (1 + up / 100);
      const low = Math.min(open, price) * (1 - down / 100);
      return { openTimeMs: 1_704_067_200_000 + index * 7_200_000, open, high, low, close: price, volume };
    });
  });

/** Small parameters, so that short series get past the warm-up. */
function smallParameters(definition: IndicatorDefinition): fc.Arbitrary<Record<string, number>> {
  const parameters = definition.parameters.map(({ name, whole, min }) => {
    const value = whole ? fc.integer({ min, max: min + 7 }) : fc.double({ min: min, max: min + 4, noNaN: true });
    return [name, value] as const;
  });
  return fc.record(Object.fromEntries(parameters));
}

function pushAll(run: IndicatorRun, series: CandleColumns, inputs: Float64Array): number[][] {
  return [...inputs].map((input, row) => {
    run.push(candleAt(series, row), input);
    return [...run.values];
  });
}

function candleAt(columns: CandleColumns, row: number): Candle {
  const at = (column: Float64Array): number => column[row] ?? Number.NaN;
  return {
    openTimeMs: at(columns.openTimeMs),
    open: at(columns.open),
    high: at(columns.high),
    low: at(columns.low),
    close: at(columns.close),
    volume: at(columns.volume),
  };
}

function overAll(
  run: IndicatorRun,
  series: CandleColumns,
  cuts: { inputs: Float64Array; lengths: number[] },
): number[][] {
  const rows: number[][] = [];
  for (let from = 0, turn = 0; from < series.length; turn += 1) {
    const to = Math.min(series.length, from + (cuts.lengths[turn % cuts.lengths.length] ?? 1));
    const out = [...run.values].map(() => new Float64Array(to - from));
    run.over(series, cuts.inputs, { from, to, out });
    for (let row = 0; row < to - from; row += 1) rows.push(out.map((column) => column[row] ?? 0));
    from = to;
  }
  return rows;
}

const same = (one: number[][], other: number[][]): boolean =>
  one.length === other.length &&
  one.every((row, index) => row.every((value, column) => Object.is(value, other[index]?.[column])));

describe('the registry of indicators', () => {
  it('has a name, a sentence, outputs and parameters with defaults in their ranges for each', () => {
    for (const { name, describe: sentence, outputs, parameters } of DEFINITIONS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(sentence).toMatch(/^[A-Z].+\.$/);
      expect(new Set(outputs).size).toBe(outputs.length);
      expect(outputs.length).toBeGreaterThan(0);
      for (const parameter of parameters) {
        expect(parameter.name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(parameter.describe).toMatch(/^[A-Z].+\.$/);
        expect(parameter.min).toBeLessThanOrEqual(parameter.default);
        expect(parameter.default).toBeLessThanOrEqual(parameter.max);
        expect(Number.isInteger(parameter.default) || !parameter.whole).toBe(true);
      }
    }
  });

  it('names the known indicators and the nearest when it is asked for another', () => {
    expect(getIndicator('ema')).toBe(INDICATORS.get('ema'));
    const known = [...INDICATORS.keys()].join(', ');
    expect(() => getIndicator('emma')).toThrow(
      new RangeError(`indicator: expected one of ${known}, was "emma"; the nearest is ema`),
    );
  });

  it('refuses parameters that are unknown or out of range, by their name', () => {
    const attempt = (name: string, parameters: Record<string, number>) => () => getIndicator(name).start(parameters);
    expect(attempt('ema', { period: 5 })).toThrow(new RangeError('period: expected a parameter of ema (window)'));
    expect(attempt('obv', { window: 5 })).toThrow(new RangeError('window: expected a parameter of obv (none)'));
    expect(attempt('bollinger', { deviations: Number.NaN })).toThrow(
      new RangeError('deviations: expected a number of at least 0, was NaN'),
    );
    expect(attempt('keltner', { multiplier: 101 })).toThrow(
      new RangeError('multiplier: expected a number of at most 100, was 101'),
    );
    expect(() => getIndicator('sma').warmup({ window: 100_001 })).toThrow(
      new RangeError('window: expected a whole number of at most 100000, was 100001'),
    );
  });
});

describe.each(DEFINITIONS)('every indicator: $name', (definition) => {
  const { name, parameters, outputs } = definition;

  it('has its first value, of every output, exactly at its warm-up', () => {
    const series = randomColumns(7, 120);
    fc.assert(
      fc.property(smallParameters(definition), fc.boolean(), (chosen, byDefault) => {
        const given = byDefault ? {} : chosen;
        const rows = pushAll(definition.start(given), series, series.close);
        const warm = definition.warmup(given);
        expect(
          rows
            .slice(0, warm - 1)
            .flat()
            .every(Number.isNaN),
        ).toBe(true);
        expect(
          rows
            .slice(warm - 1)
            .flat()
            .every(Number.isFinite),
        ).toBe(true);
        expect(rows[warm - 1]).toHaveLength(outputs.length);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same bits candle by candle and in batches, however they are cut', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(candles, smallParameters(definition), lengths, (series, chosen, cuts) => {
        const columns = columnsOf(series);
        // Every so often there is no input, as in the warm-up of an indicator that this one may be computed on.
        const inputs = columns.close.map((close, row) => (row % 23 < (cuts[0] ?? 0) % 4 ? Number.NaN : close));
        const pushed = pushAll(definition.start(chosen), columns, inputs);
        const batched = overAll(definition.start(chosen), columns, { inputs, lengths: cuts });
        expect(same(pushed, batched)).toBe(true);
      }),
    );
  });

  it('is finite after its warm-up on sound candles', () => {
    fc.assert(
      fc.property(candles, smallParameters(definition), (series, chosen) => {
        // A z-score has no value where the deviation is 0; everything else has one on any sound candles.
        if (name === 'z_score') return;
        const columns = columnsOf(series);
        const rows = pushAll(definition.start(chosen), columns, columns.close);
        expect(
          rows
            .slice(definition.warmup(chosen) - 1)
            .flat()
            .every(Number.isFinite),
        ).toBe(true);
      }),
    );
  });

  it('does not look ahead: more candles change no earlier value', () => {
    fc.assert(
      fc.property(candles, smallParameters(definition), fc.nat(70), (series, chosen, length) => {
        const columns = columnsOf(series);
        const cut = columnsOf(series.slice(0, length));
        const whole = pushAll(definition.start(chosen), columns, columns.close).slice(0, length);
        expect(same(whole, pushAll(definition.start(chosen), cut, cut.close))).toBe(true);
      }),
    );
  });

  it('skips an input without a value and goes on as if it had not been', () => {
    if (definition.input !== 'value') return;
    fc.assert(
      fc.property(candles, smallParameters(definition), fc.nat(8), (series, chosen, every) => {
        const columns = columnsOf(series);
        const without = pushAll(definition.start(chosen), columns, columns.close);
        const run = definition.start(chosen);
        const through = [...columns.close].flatMap((input, row) => {
          if (row % (every + 1) === 0) {
            run.push(candleAt(columns, row), row % 2 === 0 ? Number.NaN : Number.POSITIVE_INFINITY);
            expect([...run.values].every(Number.isNaN)).toBe(true);
          }
          run.push(candleAt(columns, row), input);
          return [[...run.values]];
        });
        expect(same(without, through)).toBe(true);
      }),
    );
  });

  it.each(parameters.map((parameter) => [parameter.name, parameter] as const))(
    'refuses a %s below its range or without a number',
    (field, { min, whole }) => {
      const kind = whole ? 'a whole number' : 'a number';
      for (const wrong of [min - 1, Number.NaN, Number.POSITIVE_INFINITY, ...(whole ? [min + 0.5] : [])]) {
        expect(() => definition.start({ [field]: wrong })).toThrow(
          new RangeError(`${field}: expected ${kind} of at least ${min}, was ${String(wrong)}`),
        );
      }
    },
  );

  it('says which output of a batch has no room', () => {
    const series = randomColumns(3, 5);
    const out = outputs.map((_output, index) => new Float64Array(index === outputs.length - 1 ? 4 : 5));
    expect(() => definition.start({}).over(series, series.close, { from: 0, to: 5, out })).toThrow(
      new RangeError(`out: expected at least 5 elements for output ${outputs.length - 1}, was 4`),
    );
  });
});

describe('indicators that are bounded', () => {
  const within = (name: string, parameters: Record<string, number>): void => {
    const definition = getIndicator(name);
    fc.assert(
      fc.property(candles, (series) => {
        const columns = columnsOf(series);
        const rows = pushAll(definition.start(parameters), columns, columns.close);
        const values = rows.flat().filter((value) => !Number.isNaN(value));
        expect(values.every((value) => value >= 0 && value <= 100)).toBe(true);
      }),
    );
  };

  it.each([1, 2, 5])('RSI, ADX and stochastic stay in 0 to 100 over a window of %i', (window) => {
    within('rsi', { window });
    within('adx', { window });
    within('stochastic', { window, smooth: 3, signal: 2 });
    within('stochastic', { window, smooth: 1, signal: 1 });
  });

  it('a Donchian channel is the highest high and lowest low of its window, naively', () => {
    fc.assert(
      fc.property(candles, fc.integer({ min: 1, max: 9 }), (series, window) => {
        const columns = columnsOf(series);
        const rows = pushAll(getIndicator('donchian').start({ window }), columns, columns.close);
        for (const [row, [middle, upper, lower]] of rows.entries()) {
          const last = series.slice(row + 1 - window, row + 1);
          if (row + 1 < window) continue;
          const highest = Math.max(...last.map((candle) => candle.high));
          const lowest = Math.min(...last.map((candle) => candle.low));
          expect([middle, upper, lower]).toEqual([(highest + lowest) / 2, highest, lowest]);
        }
      }),
    );
  });
});
