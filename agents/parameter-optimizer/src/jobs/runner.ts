import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import type { OptimizeInput } from '@octant/trading/optimize/optimize-strategy';
import type { CandleSeries } from '@octant/trading/backtest/candle-steps';
import type { Logger } from 'pino';
import type { CandleClient } from '../adapters/candle-client.js';
import type { RunStore } from '../adapters/run-store.js';
import type { Search } from '../adapters/search-worker.js';
import type { Settings } from '../config.js';
import type { OptimizerMetrics } from '../metrics.js';
import type { Job } from './job.js';
import { getStrategyConfig } from './plan-job.js';

/** A job that took its process down this often is given up. */
const MOST_ATTEMPTS = 5;
const SAVE_PROGRESS_EVERY_MS = 500;
const FETCH_TRIES = 60;
const FETCH_PAUSE_MS = 2000;

export interface RunnerParts {
  readonly runs: RunStore;
  readonly candles: CandleClient;
  readonly search: Search;
  readonly announce: () => Promise<void>;
  readonly settings: () => Settings;
  readonly metrics: OptimizerMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Works the queue off, one job at a time; what an earlier process left running begins again. */
export class Runner {
  readonly #parts: RunnerParts;
  readonly #stopping = new AbortController();
  #working: Promise<void> | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const interrupted = await this.#parts.runs.requeueInterrupted();
    if (interrupted > 0) this.#parts.logger.warn({ interrupted }, 'Jobs that were cut off begin again');
    this.wake();
  }

  /** There may be a queued job. */
  wake(): void {
    if (this.#working !== undefined || this.#stopping.signal.aborted) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** The running job stays in the queue for the next process. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        const job = await this.#parts.runs.claimNext();
        if (job === undefined) return;
        await this.#run(job);
      }
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'The job queue could not be worked off; it is tried again');
    }
  }

  async #run(job: Job): Promise<void> {
    const { runs, metrics, logger, announce } = this.#parts;
    const { jobId, strategy } = job;
    try {
      if (job.attempts > MOST_ATTEMPTS) throw tooManyAttempts(job.attempts - 1);
      const outcome = await this.#search(job);
      await runs.finish(job, outcome);
      metrics.runEnded('done');
      logger.info({ jobId, strategy, recommended: outcome.recommended, better: outcome.better }, 'Search done');
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const failure = error instanceof Error ? error.message : String(error);
      await runs.fail(jobId, failure);
      metrics.runEnded('failed');
      if (error instanceof PermanentError) logger.info({ jobId, strategy, failure }, 'Search refused');
      else logger.error({ err: error, jobId, strategy }, 'Search failed');
    }
    await announce();
  }

  async #search(job: Job) {
    const { runs, metrics, clock, logger } = this.#parts;
    const input = inputOf(job, await this.#fetchCandles(job), this.#parts.settings());
    let counted = 0;
    let savedAtMs = clock.monotonic();
    return this.#parts.search(input, {
      signal: this.#stopping.signal,
      onProgress: (done, total) => {
        metrics.trialsDone(done - counted);
        counted = done;
        if (done < total && clock.monotonic() - savedAtMs < SAVE_PROGRESS_EVERY_MS) return;
        savedAtMs = clock.monotonic();
        runs.setProgress(job.jobId, { done, total }).catch((error: unknown) => {
          logger.warn({ err: error, jobId: job.jobId }, 'Progress could not be saved');
        });
      },
    });
  }

  /** The analyst may be starting: its silence is waited out for two minutes. */
  async #fetchCandles(job: Job): Promise<CandleSeries[]> {
    const { candles, clock, logger } = this.#parts;
    const { signal } = this.#stopping;
    for (let tries = 1; ; tries += 1) {
      try {
        return await candles.fetch(job);
      } catch (error) {
        if (!(error instanceof TransientError) || tries === FETCH_TRIES || signal.aborted) throw error;
        logger.warn({ err: error, jobId: job.jobId }, 'No candles from the market analyst yet');
        await clock.sleep(FETCH_PAUSE_MS, signal);
      }
    }
  }
}

function inputOf(job: Job, series: readonly CandleSeries[], settings: Settings): OptimizeInput {
  const { optimizer, markets, orchestrator, risk, portfolio, executor } = settings;
  assertCandles(job, series, optimizer.min_candles);
  return {
    backtest: {
      series,
      timeframe: job.timeframe,
      strategy: getStrategyConfig(settings, job.strategy),
      markets,
      orchestrator,
      risk,
      portfolio,
      executor,
      startEquityQuote: String(orchestrator.start_equity),
    },
    maxTrials: optimizer.max_trials,
    seed: optimizer.seed,
    holdoutRatio: optimizer.holdout_pct / 100,
    minCandles: optimizer.min_candles,
  };
}

function assertCandles(job: Job, series: readonly CandleSeries[], least: number): void {
  for (const { symbol, candles } of series) {
    if (candles.length >= least) continue;
    throw new PermanentError(
      `candles of ${symbol} ${job.timeframe} from ${job.source}: expected at least ${String(least)} in the window, was ${String(candles.length)}`,
      { code: 'too_few_candles' },
    );
  }
}

function tooManyAttempts(attempts: number): PermanentError {
  return new PermanentError(`expected the search to survive, its process died in ${String(attempts)} attempts`, {
    code: 'too_many_attempts',
  });
}
