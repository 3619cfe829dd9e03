import type { ConfigReader } from '@octant/platform/config/config-spec';
import { z } from 'zod';

/** `config/agents/guardian.yaml`. */
const guardianConfig = z.object({
  /** Without a sign of life for so long the guardian acts. */
  after_ms: z.int().min(3_000).max(3_600_000).default(15_000),
  /** An alarm is over when the executor has beaten again for so long. */
  calm_ms: z.int().min(1_000).max(3_600_000).default(30_000),
  flatten: z.boolean().default(false),
  /** Without `flatten`: the desk's own open sells stay, for they protect what is held. */
  keep_exits: z.boolean().default(true),
  /** Default: the executor's `live.quote_currency`. */
  quote_currency: z
    .string()
    .regex(/^[A-Z0-9]{1,10}$/, 'expected a currency such as USDT')
    .optional(),
  keep_currencies: z.array(z.string()).default([]),
  /** The venue's own timer, where it has one; 0 leaves it alone. */
  dead_man_ms: z
    .int()
    .refine((ms) => ms === 0 || (ms >= 10_000 && ms <= 3_600_000), 'expected 0, or 10000 to 3600000')
    .default(0),
});

/** The parts of the executor's file that concern the guardian; the executor checks it. */
const executorConfig = z.object({
  exchange: z.string().default('paper'),
  live: z.object({ quote_currency: z.string().default('USDT') }).prefault({}),
});

export interface GuardianSettings {
  readonly afterMs: number;
  readonly calmMs: number;
  readonly flatten: boolean;
  readonly keepExits: boolean;
  readonly quote: string;
  readonly keep: ReadonlySet<string>;
  readonly deadManMs: number;
  /** Where the executor trades; `paper`: nowhere. */
  readonly exchange: string;
}

/** The guardian's slice of the configuration, read once at its start. */
export const guardianSettings = {
  parse(reader: ConfigReader): GuardianSettings {
    const own = reader.file('agents/guardian.yaml', guardianConfig);
    const executor = reader.file('agents/trade-executor.yaml', executorConfig);
    return {
      afterMs: own.after_ms,
      calmMs: own.calm_ms,
      flatten: own.flatten,
      // What is to be sold must not be held back by a stop.
      keepExits: own.keep_exits && !own.flatten,
      quote: own.quote_currency ?? executor.live.quote_currency,
      keep: new Set(own.keep_currencies),
      deadManMs: own.dead_man_ms,
      exchange: executor.exchange,
    };
  },
};
