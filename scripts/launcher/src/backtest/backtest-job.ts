import { writeFileSync } from 'node:fs';
import type { BacktestFlags } from './command-line.js';
import { executeBacktest, type BacktestOutcome } from './execute-backtest.js';
import { renderHtml } from './html/render-html.js';
import { planBacktest } from './plan-backtest.js';

/** What a backtest needs besides its flags. */
export interface JobOptions {
  /** Folder of the configuration. */
  readonly configSource: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads, trades, and writes the files that the flags ask for. @throws InputError for input that cannot be used. */
export async function runBacktestJob(
  flags: BacktestFlags,
  { configSource, onProgress }: JobOptions,
): Promise<BacktestOutcome> {
  const plan = await planBacktest(flags, configSource);
  const detailed = executeBacktest(plan, {
    profile: flags.profile,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (typeof flags.json === 'string') writeFileSync(flags.json, jsonOf(detailed));
  if (flags.html !== undefined) {
    writeFileSync(flags.html, renderHtml(detailed, { plan, profile: flags.profile }));
  }
  const { course: _course, trips: _trips, ...outcome } = detailed;
  return outcome;
}

/** The report as the text that `--json` gives. */
export function jsonOf({ report }: Pick<BacktestOutcome, 'report'>): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
