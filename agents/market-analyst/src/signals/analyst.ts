import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { Settings } from '../config.js';
import { assertListed, getStrategyConfig } from '../feeds/build-feed-spec.js';
import { feedKeyOf } from '../feeds/feed-key.js';
import type { OpenFeed } from '../feeds/feeds.js';
import type { AnalystMetrics } from '../metrics.js';
import type { Evaluators, Verdict } from './evaluators.js';
import type { LastSignals } from './last-signals.js';

const KEPT_ANSWERS = 2000;

/** One question of the decision cycle. */
export interface AnalysisRequest {
  readonly requestId: string;
  readonly sessionId: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly source: string;
  readonly timeframe: TimeframeName;
  readonly historyFromMs: number;
  readonly closeTimeMs: number;
}

export interface AnalystParts {
  readonly evaluators: Evaluators;
  readonly signals: LastSignals;
  readonly metrics: AnalystMetrics;
  readonly settings: () => Settings;
  readonly findFeed: (sessionId: string) => Promise<OpenFeed | undefined>;
  /** ISO instant. */
  readonly now: () => string;
}

/** Answers the decision cycle's questions, over whichever way they come; one request id has one answer. */
export class Analyst {
  readonly #parts: AnalystParts;
  readonly #answers = new Map<string, Verdict>();

  constructor(parts: AnalystParts) {
    this.#parts = parts;
  }

  /**
   * @throws TransientError `behind` while the candle is not stored; PermanentError for an unknown strategy or a time that no
   * candle closes at.
   */
  async analyze(request: AnalysisRequest): Promise<Verdict> {
    const answered = this.#answers.get(request.requestId);
    if (answered !== undefined) return answered;
    const { symbol, timeframe, source, sessionId, historyFromMs, closeTimeMs } = request;
    const spec = (await this.#parts.findFeed(sessionId))?.spec;
    const storedAs = spec?.storedAs ?? source;
    const strategy = this.#strategyOf(request, spec?.strategy);
    assertListed(strategy, [symbol], this.#parts.settings());
    const verdict = await this.#parts.evaluators.evaluate({
      sessionId,
      strategy,
      series: { source: storedAs, symbol, timeframe },
      feedKey: spec?.strategy === undefined ? feedKeyOf(source, timeframe) : sessionId,
      historyFromMs,
      closeTimeMs,
    });
    this.#remember(request, verdict);
    return verdict;
  }

  /** A paced session keeps the parameters that it began with. */
  #strategyOf(request: AnalysisRequest, pinned: StrategyConfig | undefined): StrategyConfig {
    return pinned?.name === request.strategy ? pinned : getStrategyConfig(this.#parts.settings(), request.strategy);
  }

  #remember({ requestId, sessionId, source, symbol, timeframe, strategy }: AnalysisRequest, verdict: Verdict): void {
    if (this.#answers.has(requestId)) return;
    this.#answers.set(requestId, verdict);
    if (this.#answers.size > KEPT_ANSWERS) {
      for (const oldest of this.#answers.keys()) {
        this.#answers.delete(oldest);
        break;
      }
    }
    if (verdict.signal === 'none') return;
    const { signal: side, confidence = 1, price, closeTimeMs } = verdict;
    this.#parts.metrics.signalGiven(strategy, side);
    this.#parts.signals.record(
      { source, symbol, timeframe, strategy },
      { requestId, sessionId, side, confidence, price, closeTimeMs, givenAt: this.#parts.now() },
    );
  }
}
