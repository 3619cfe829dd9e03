import type { Candle } from '../market/candle.js';
import { rowsOf, type CandleColumns } from '../market/candle-columns.js';
import { entryConfidence } from './confidence.js';
import type { ExitPlan } from './exit-plan.js';
import { assertParameters, parameterOf, type ParameterSpec, type StrategyParameters } from './parameter-spec.js';
import { RUN_CANDLES } from './scored-run.js';
import { OneCandle } from './one-candle.js';
import { emptySignals, type SignalColumns } from './signal-columns.js';
import type { Strategy, StrategyRun, StrategySignal } from './strategy.js';

export const ENSEMBLE = 'ensemble';

/** A strategy that votes, with its own parameters. */
export interface EnsembleVoter {
  readonly strategy: Strategy;
  readonly parameters: StrategyParameters;
  /** Above 0. */
  readonly weight: number;
}

/** What an ensemble itself takes; its members keep the parameters of their own files. */
export const ENSEMBLE_PARAMETERS: readonly ParameterSpec[] = [
  { name: 'entry_threshold', describe: 'Buys while the score is at or above it.', whole: false, min: -1, max: 1 },
  { name: 'exit_threshold', describe: 'Sells while the score is at or below it.', whole: false, min: -1, max: 1 },
];

/**
 * Several strategies on one symbol: score = sum(weight * vote * confidence) / sum(weight), a vote being 1 for a buy, -1
 * for a sell and 0 for no signal. Buys while score >= entry_threshold, sells while score <= exit_threshold (the entry wins
 * when both hold). Exits are those of the strongest buying member (weight * confidence, the first of equals), so a buy has
 * none where that one has none. Nothing is said before every member is warm.
 *
 * @source Dietterich, "Ensemble Methods in Machine Learning" (2000), section 1: the weighted vote.
 */
export function ensembleStrategy(voters: readonly EnsembleVoter[]): Strategy {
  const warmup = Math.max(1, ...voters.map(({ strategy, parameters }) => strategy.warmup(parameters)));
  return {
    kind: ENSEMBLE,
    describe: 'Buys and sells by the weighted vote of other strategies.',
    parameters: ENSEMBLE_PARAMETERS,
    warmup: () => warmup,
    start(parameters) {
      assertParameters(ENSEMBLE_PARAMETERS, parameters);
      return new EnsembleRun(voters, { parameters, cold: warmup - 1 });
    },
  };
}

interface Voter {
  readonly run: StrategyRun;
  readonly weight: number;
  readonly signals: SignalColumns;
}

class EnsembleRun implements StrategyRun {
  readonly #voters: readonly Voter[];
  readonly #weight: number;
  readonly #entryThreshold: number;
  readonly #exitThreshold: number;
  readonly #one = new OneCandle();
  /** Candles that are still to come before the first that may give a signal. */
  #cold: number;

  constructor(voters: readonly EnsembleVoter[], start: { parameters: StrategyParameters; cold: number }) {
    this.#voters = voters.map(({ strategy, parameters, weight }) => ({
      run: strategy.start(parameters),
      weight,
      signals: emptySignals(RUN_CANDLES),
    }));
    this.#weight = voters.reduce((sum, { weight }) => sum + weight, 0);
    this.#entryThreshold = parameterOf(start.parameters, 'entry_threshold');
    this.#exitThreshold = parameterOf(start.parameters, 'exit_threshold');
    this.#cold = start.cold;
  }

  onCandle(candle: Candle): StrategySignal | undefined {
    return this.#one.signal(this, candle);
  }

  onColumns(columns: CandleColumns, { from, to }: { from: number; to: number }, out: SignalColumns): void {
    if (out.exits.size > 0) out.exits.clear();
    for (let start = from; start < to; start += RUN_CANDLES) {
      const end = Math.min(start + RUN_CANDLES, to);
      const rows = rowsOf(columns, start, end);
      for (const { run, signals } of this.#voters) signalsOver(run, rows, signals);
      this.#count(end - start, start - from, out);
    }
  }

  #count(length: number, offset: number, out: SignalColumns): void {
    const cold = Math.min(this.#cold, length);
    this.#cold -= cold;
    for (let row = 0; row < length; row += 1) {
      const score = row < cold ? Number.NaN : this.#score(row);
      const buys = score >= this.#entryThreshold;
      const sells = !buys && score <= this.#exitThreshold;
      const at = offset + row;
      out.side[at] = buys ? 1 : sells ? -1 : 0;
      out.confidence[at] = buys ? entryConfidence(score - this.#entryThreshold) : sells ? 1 : 0;
      const exits = buys ? this.#exitsOfStrongest(row) : undefined;
      if (exits !== undefined) out.exits.set(at, exits);
    }
  }

  #score(row: number): number {
    let sum = 0;
    for (const { weight, signals } of this.#voters) {
      const side = signals.side[row] ?? 0;
      if (side !== 0) sum += weight * side * (signals.confidence[row] ?? 0);
    }
    return sum / this.#weight;
  }

  #exitsOfStrongest(row: number): ExitPlan | undefined {
    let strongest: Voter | undefined;
    let most = 0;
    for (const voter of this.#voters) {
      if (voter.signals.side[row] !== 1) continue;
      const strength = voter.weight * (voter.signals.confidence[row] ?? 0);
      if (strength <= most) continue;
      most = strength;
      strongest = voter;
    }
    return strongest?.signals.exits.get(row);
  }
}

/** The signals of all rows, whether the strategy has a way for many candles at once or not. */
function signalsOver(run: StrategyRun, rows: CandleColumns, out: SignalColumns): void {
  if (run.onColumns !== undefined) {
    run.onColumns(rows, { from: 0, to: rows.length }, out);
    return;
  }
  out.exits.clear();
  for (let row = 0; row < rows.length; row += 1) {
    const signal = run.onCandle(candleAt(rows, row));
    out.side[row] = signal === undefined ? 0 : signal.side === 'buy' ? 1 : -1;
    out.confidence[row] = signal?.confidence ?? 0;
    if (signal?.exits !== undefined) out.exits.set(row, signal.exits);
  }
}

function candleAt({ openTimeMs, open, high, low, close, volume }: CandleColumns, row: number): Candle {
  return {
    openTimeMs: openTimeMs[row] ?? Number.NaN,
    open: open[row] ?? Number.NaN,
    high: high[row] ?? Number.NaN,
    low: low[row] ?? Number.NaN,
    close: close[row] ?? Number.NaN,
    volume: volume[row] ?? Number.NaN,
  };
}
