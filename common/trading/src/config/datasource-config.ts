import { z } from 'zod';
import { timeframeName } from '../messages/envelope.js';

/** `config/datasources/<name>.yaml`. `exchange` is a ccxt id, or `replay` or `simulator`. */
export const datasourceConfig = z.object({
  exchange: z.string().min(1),
  market: z.enum(['spot']).default('spot'),
  symbols: z.array(z.string().min(1)).min(1),
  enabled: z.boolean().default(true),
  api: z
    .object({
      key_env: z.string().nullable().default(null),
      secret_env: z.string().nullable().default(null),
      passphrase_env: z.string().nullable().default(null),
    })
    .prefault({}),
  rate_limits: z
    .object({
      orders_per_minute: z.int().positive().default(60),
      weight_per_minute: z.int().positive().default(1200),
      /** What one request weighs, in the venue's unit. The last four are the trade executor's. */
      weights: z
        .object({
          candles: z.number().positive().default(2),
          markets: z.number().positive().default(20),
          /** Placing or changing one order; left out, 1. */
          order: z.number().positive().optional(),
          /** Left out, 1. */
          cancel: z.number().positive().optional(),
          /** One order, the clock, the key's rights; left out, as candles. */
          query: z.number().positive().optional(),
          /** Open orders, a page of orders or fills, balances; left out, as markets. */
          history: z.number().positive().optional(),
        })
        .prefault({}),
    })
    .superRefine(checkWeights)
    .prefault({}),
  /** `auto`: WebSocket where ccxt has it. `websocket` insists on it. REST confirms every close, and is the fallback. */
  transport: z.enum(['auto', 'rest', 'websocket']).default('auto'),
  /** A socket that says nothing for so long is closed and opened again. */
  silent_after_ms: z.int().min(1000).default(60_000),
  /** Candles of this length are fetched and stored, and those of a session made of them; left out, the session's own. */
  base_timeframe: timeframeName.optional(),
  /** Candles before a session's `historyFrom` that are fetched too, in candles of the session. */
  history: z.int().min(0).max(1_000_000).default(0),
  /** How often a live source is asked for candles. */
  poll_ms: z.int().min(250).default(2000),
  /** A symbol whose candle has not come this long after the close is left out of the step. */
  late_after_ms: z.int().min(0).default(2000),
  /** Simulator only. */
  simulator: z
    .object({
      seed: z.int().default(7),
      /** Real time between two candles. */
      candle_every_ms: z.int().min(5).default(1000),
      /** Candles that exist before the first one that is fed, so that indicators are warm. */
      history: z.int().min(0).max(10_000).default(300),
    })
    .prefault({}),
  /** Replay only: CSV or CSV.gz files by symbol, relative to the config directory. */
  files: z.record(z.string(), z.string()).default({}),
});
export type DatasourceConfig = z.infer<typeof datasourceConfig>;

/** Requests for data get at most half of a budget: one that weighs more would never be sent. */
function checkWeights(
  limits: { readonly weight_per_minute: number; readonly weights: Readonly<Record<string, number | undefined>> },
  context: z.core.$RefinementCtx,
): void {
  const most = limits.weight_per_minute / 2;
  for (const [name, weight] of Object.entries(limits.weights)) {
    if (weight === undefined || weight <= most) continue;
    context.addIssue({
      code: 'custom',
      path: ['weights', name],
      message: `expected at most half of weight_per_minute (${String(most)}), was ${String(weight)}`,
    });
  }
}
