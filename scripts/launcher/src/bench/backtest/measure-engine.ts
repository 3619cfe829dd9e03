import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { BenchSheet } from '../result.js';
import { laidEndToEnd } from './bench-market.js';
import type { Engine } from './engine-case.js';
import { smaCrossLoop } from './sma-cross-loop.js';
import { rateOf } from './stopwatch.js';

/** Least share of the hand-written loop's pace, and least million candles a second: of a strategy in code. */
const BUILT_IN = { ratio: 0.3, millions: 7 };
/** Of one made of rules, or of others. */
const OF_RULES = { ratio: 0.06, millions: 1.4 };
const YEARS = 5;

export interface EngineMeasure {
  readonly engine: Engine;
  /** A year of minutes of one symbol. */
  readonly year: ColumnSeries;
  readonly repeats: number;
  readonly say: (line: string) => void;
}

/** Every shipped strategy over a year and over five, in turns with the hand-written loop. */
export function measureEngine({ engine, year, repeats, say }: EngineMeasure, sheet: BenchSheet): void {
  const spans = [
    { span: 'a year', series: year },
    { span: `${YEARS} years`, series: laidEndToEnd(year, YEARS) },
  ];
  const cross = { fast: 20, slow: 50, feeRatio: 0.001, cash: 1000 };
  for (const { span, series } of spans) {
    const { columns } = series;
    const jobs: (readonly [name: string, job: () => unknown])[] = [
      ['hand-written loop', () => smaCrossLoop(columns, cross)],
      ...engine.strategies.map((strategy) => [strategy.name, () => engine.run(strategy, [series])] as const),
    ];
    for (let round = 0; round <= repeats; round += 1) {
      for (const [name, job] of jobs) {
        const rate = rateOf(columns.length, job);
        // The first round warms the code up.
        if (round > 0) sheet.add(`${name}, ${span}`, 'candles/s', rate);
      }
      say(`${span}: round ${round} of ${repeats}${round === 0 ? ' (warm-up)' : ''}`);
    }
    for (const strategy of engine.strategies) {
      const { fills } = engine.run(strategy, [series]);
      sheet.add(`fills of ${strategy.name}, ${span}`, 'fills', fills);
      const ratio = sheet.value(`${strategy.name}, ${span}`) / sheet.value(`hand-written loop, ${span}`);
      const aim = strategy.kind === undefined ? BUILT_IN : OF_RULES;
      const millions = sheet.value(`${strategy.name}, ${span}`) / 1e6;
      sheet.judge(`${strategy.name} over the hand-written loop, ${span}`, ratio, { sign: '>=', limit: aim.ratio });
      sheet.judge(`${strategy.name}, million candles/s, ${span}`, millions, { sign: '>=', limit: aim.millions });
    }
  }
}
