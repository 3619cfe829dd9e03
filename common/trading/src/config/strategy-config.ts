import { z } from 'zod';

const searchRange = z
  .object({ min: z.number(), max: z.number(), step: z.number().positive() })
  .refine((range) => range.min <= range.max, 'expected min <= max');

/** `config/strategies/<name>.yaml`. Thresholds are in the strategy's own score units (see its source file). */
export const strategyConfig = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'expected lower_snake_case'),
  /** Which built-in strategy computes it; default: the one called `name`. */
  kind: z.string().optional(),
  enabled: z.boolean().default(true),
  symbols: z.array(z.string().min(1)).min(1),
  /** Candles that the indicators look back. */
  lookback: z.int().min(2).max(5000),
  entry_threshold: z.number(),
  exit_threshold: z.number(),
  risk_profile: z.enum(['conservative', 'moderate', 'aggressive']).default('conservative'),
  /** The stream that signals are published to; only one that the orchestrator reads makes sense. */
  signal_channel: z.literal('analysis.signals').default('analysis.signals'),
  /** Parameter ranges that the optimizer searches. */
  search_space: z.partialRecord(z.enum(['lookback', 'entry_threshold', 'exit_threshold']), searchRange).default({}),
});
export type StrategyConfig = z.infer<typeof strategyConfig>;
