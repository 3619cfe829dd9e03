import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { toCandle, type DecimalCandle } from '@octant/trading/market/candle';
import { isAligned, timeframeMs } from '@octant/trading/market/timeframe';
import { exitPlanMessageOf, type ExitPlanMessage } from '@octant/trading/messages/exit-plan-message';
import { parametersOf, strategyIdentity, strategyOf } from '@octant/trading/strategies/registry';
import type { StrategyRun } from '@octant/trading/strategies/strategy';
import type { CandleReader, Series } from '../adapters/candle-store.js';
import type { CandleMemory } from '../feeds/candle-memory.js';

const PAGE = 1000;
const KEPT_VERDICTS = 64;
const KEPT_EVALUATORS = 1000;

export interface Question {
  readonly sessionId: string;
  readonly strategy: StrategyConfig;
  /** Where the candles are stored. */
  readonly series: Series;
  /** The feed's key in the candle memory. */
  readonly feedKey: string;
  readonly historyFromMs: number;
  readonly closeTimeMs: number;
}

export interface Verdict {
  readonly signal: 'buy' | 'sell' | 'none';
  /** There with a signal. */
  readonly confidence?: number;
  /** There with a buy that has some. */
  readonly exits?: ExitPlanMessage;
  /** Close of the candle it was computed on. */
  readonly price: string;
  readonly closeTimeMs: number;
}

interface Evaluator {
  readonly question: Question;
  run: StrategyRun;
  lastOpenMs: number;
  readonly verdicts: Map<number, Verdict>;
  /** Evaluations of one evaluator run one after the other. */
  tail: Promise<unknown>;
}

/**
 * Strategy runs by session and symbol. A verdict is a pure function of the stored candles from `historyFromMs` up to the one
 * that closes at `closeTimeMs`; what is kept here only saves computing it again.
 */
export class Evaluators {
  readonly #store: CandleReader;
  readonly #memory: CandleMemory;
  readonly #evaluators = new Map<string, Evaluator>();

  constructor(store: CandleReader, memory: CandleMemory) {
    this.#store = store;
    this.#memory = memory;
  }

  /**
   * @throws TransientError `behind` (409) while the candle is not stored; PermanentError `invalid_close_time` for a time
   * that no candle of the session closes at.
   */
  evaluate(question: Question): Promise<Verdict> {
    assertCloseTime(question);
    const evaluator = this.#evaluatorOf(question);
    const known = evaluator.verdicts.get(question.closeTimeMs);
    if (known !== undefined) return Promise.resolve(known);
    const work = evaluator.tail.then(() => this.#advance(evaluator, question.closeTimeMs));
    evaluator.tail = work.catch(() => undefined);
    return work;
  }

  forgetSession(sessionId: string): void {
    for (const [key, { question }] of this.#evaluators) {
      if (question.sessionId === sessionId) this.#evaluators.delete(key);
    }
  }

  /** A candle of the series that opens at `fromMs` was stored late: runs that went past it begin again. */
  forgetFrom(series: Series, fromMs: number): void {
    for (const [key, { question, lastOpenMs }] of this.#evaluators) {
      const { source, symbol, timeframe } = question.series;
      if (source !== series.source || symbol !== series.symbol || timeframe !== series.timeframe) continue;
      if (fromMs <= lastOpenMs) this.#evaluators.delete(key);
    }
  }

  #evaluatorOf(question: Question): Evaluator {
    const key = keyOf(question);
    const existing = this.#evaluators.get(key);
    // Moved to the end, so that the first one is the one that was not asked for longest.
    this.#evaluators.delete(key);
    const evaluator = existing ?? {
      question,
      run: startRun(question.strategy),
      lastOpenMs: question.historyFromMs - 1,
      verdicts: new Map<number, Verdict>(),
      tail: Promise.resolve(),
    };
    this.#evaluators.set(key, evaluator);
    if (this.#evaluators.size > KEPT_EVALUATORS) {
      for (const oldest of this.#evaluators.keys()) {
        this.#evaluators.delete(oldest);
        break;
      }
    }
    return evaluator;
  }

  async #advance(evaluator: Evaluator, closeTimeMs: number): Promise<Verdict> {
    const { question, verdicts } = evaluator;
    const { series, feedKey } = question;
    const targetMs = closeTimeMs - timeframeMs(series.timeframe);
    if (targetMs <= evaluator.lastOpenMs && !verdicts.has(closeTimeMs)) restart(evaluator);
    while (evaluator.lastOpenMs < targetMs) {
      const afterMs = evaluator.lastOpenMs;
      const known = this.#memory.find(feedKey, series.symbol, { afterMs, throughMs: targetMs });
      const candles = known ?? (await this.#store.read(series, { afterMs, beforeMs: targetMs + 1, limit: PAGE }));
      for (const candle of candles) feed(evaluator, candle);
      if (candles.length === 0 || known !== undefined) break;
    }
    const verdict = verdicts.get(closeTimeMs);
    if (verdict !== undefined) return verdict;
    const at = new Date(targetMs).toISOString();
    throw new TransientError(
      `candle ${series.source} ${series.symbol} ${series.timeframe} ${at}: expected it to be stored, was not there yet`,
      { code: 'behind', status: 409, retryAfterMs: 50 },
    );
  }
}

/** Runs a strategy once over candles, oldest first; undefined when there are none. */
export function evaluateOnce(strategy: StrategyConfig, candles: readonly DecimalCandle[], stepMs: number) {
  const run = startRun(strategy);
  let verdict: Verdict | undefined;
  for (const candle of candles) verdict = verdictOf(run, candle, stepMs);
  return verdict;
}

function startRun(strategy: StrategyConfig): StrategyRun {
  return strategyOf(strategy).start(parametersOf(strategy));
}

function restart(evaluator: Evaluator): void {
  evaluator.run = startRun(evaluator.question.strategy);
  evaluator.lastOpenMs = evaluator.question.historyFromMs - 1;
  evaluator.verdicts.clear();
}

function feed(evaluator: Evaluator, candle: DecimalCandle): void {
  const { verdicts, question } = evaluator;
  const verdict = verdictOf(evaluator.run, candle, timeframeMs(question.series.timeframe));
  evaluator.lastOpenMs = candle.openTimeMs;
  verdicts.set(verdict.closeTimeMs, verdict);
  if (verdicts.size <= KEPT_VERDICTS) return;
  for (const oldest of verdicts.keys()) {
    verdicts.delete(oldest);
    break;
  }
}

function verdictOf(run: StrategyRun, candle: DecimalCandle, stepMs: number): Verdict {
  const signal = run.onCandle(toCandle(candle));
  const at = { price: candle.close, closeTimeMs: candle.openTimeMs + stepMs };
  if (signal === undefined) return { signal: 'none', ...at };
  const { side, confidence, exits } = signal;
  return { signal: side, confidence, ...(exits === undefined ? {} : { exits: exitPlanMessageOf(exits) }), ...at };
}

function keyOf({ sessionId, strategy, series, historyFromMs }: Question): string {
  return [
    sessionId,
    series.source,
    series.symbol,
    series.timeframe,
    String(historyFromMs),
    strategy.name,
    strategyIdentity(strategy),
  ].join('|');
}

function assertCloseTime({ closeTimeMs, historyFromMs, series }: Question): void {
  const aligned = isAligned(closeTimeMs, series.timeframe);
  if (aligned && closeTimeMs - timeframeMs(series.timeframe) >= historyFromMs) return;
  throw new PermanentError(
    `closeTimeMs: expected the close of a ${series.timeframe} candle that opens at ${String(historyFromMs)} or later, was ${String(closeTimeMs)}`,
    { code: 'invalid_close_time' },
  );
}
