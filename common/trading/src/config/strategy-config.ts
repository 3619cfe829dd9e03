import { z } from 'zod';
import { findStrategyProblems } from './find-strategy-problems.js';

const searchRange = z
  .object({ min: z.number(), max: z.number(), step: z.number().positive() })
  .refine((range) => range.min <= range.max, 'expected min <= max');

const numberOrParameter = z.union([z.number(), z.string().min(1)]);

/** One indicator of a rule strategy; the keys besides `type` and `input` are the indicator's parameters. */
const indicatorUse = z
  .object({ type: z.string().min(1), input: z.string().min(1).optional() })
  .catchall(numberOrParameter);

const member = z.object({
  /** Name of another strategy file. */
  strategy: z.string().min(1),
  weight: z.number().positive().default(1),
});

/**
 * `config/strategies/<name>.yaml`. Which keys there may be hangs on the kind: see docs/strategies.md. Thresholds are in the
 * strategy's own score units (see its source file).
 */
export const strategyConfig = z
  .object({
    name: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'expected lower_snake_case'),
    /** Which strategy computes it: a built-in one (default: the one called `name`), `rules` or `ensemble`. */
    kind: z.string().optional(),
    enabled: z.boolean().default(true),
    /** What it may trade; a session with another symbol is refused. */
    symbols: z.array(z.string().min(1)).min(1),
    /** Candles that the indicators look back; built-in strategies only. */
    lookback: z.number().optional(),
    entry_threshold: z.number().optional(),
    exit_threshold: z.number().optional(),
    risk_profile: z.enum(['conservative', 'moderate', 'aggressive']).default('conservative'),
    /** The stream that signals are published to; only one that the orchestrator reads makes sense. */
    signal_channel: z.string().default('analysis.signals'),
    /** Parameter ranges that the optimizer searches. */
    search_space: z.record(z.string(), searchRange).default({}),
    /** Kind `rules`: numbers by name. */
    parameters: z.record(z.string(), z.number()).optional(),
    indicators: z.record(z.string(), indicatorUse).optional(),
    /** Kind `rules`: CEL. */
    entry: z.string().optional(),
    regime: z.string().optional(),
    exit: z.string().optional(),
    stop: z.string().optional(),
    take_profit: z.string().optional(),
    trailing: z.string().optional(),
    time_stop_candles: numberOrParameter.optional(),
    confidence: z.string().optional(),
    /** Kind `ensemble`. */
    members: z.array(member).optional(),
  })
  .superRefine((config, context) => {
    for (const { path, message } of findStrategyProblems(config)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

/** A strategy file. The members of an ensemble have their own files in them once `strategiesByName` has read them all. */
export type StrategyConfig = Omit<z.infer<typeof strategyConfig>, 'members'> & {
  members?: readonly EnsembleMember[] | undefined;
};

export interface EnsembleMember extends z.infer<typeof member> {
  readonly config?: StrategyConfig;
}
