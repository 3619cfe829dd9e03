import type { BenchSheet } from '../result.js';
import type { CandleTrack } from './candle-track.js';
import { runReal, type RealDesk } from './real-run.js';

const RUNS = [
  ['hybrid', 'BTC-USDT'],
  ['pubsub', 'ETH-USDT'],
] as const;

export interface PaceOptions {
  readonly real: RealDesk;
  readonly track: CandleTrack;
  readonly sheet: BenchSheet;
  readonly say: (line: string) => void;
  readonly candles: number;
}

/** Candles a second that a replay of momentum as shipped takes, in both modes that use streams. */
export async function measurePace({ real, track, sheet, say, candles }: PaceOptions): Promise<void> {
  for (const [mode, symbol] of RUNS) {
    say(`Pace of a replay of ${candles} candles, ${mode}`);
    const times = await runReal(real, { strategy: 'momentum', mode, ...(await track.take(symbol, candles)) });
    sheet.add(`replay pace, ${mode}`, 'candles/s', times.candlesPerSecond);
  }
}
