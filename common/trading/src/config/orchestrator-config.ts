import { z } from 'zod';
import { timeframeName } from '../messages/envelope.js';

export const orchestrationMode = z.enum(['http', 'pubsub', 'hybrid']);
export type OrchestrationMode = z.infer<typeof orchestrationMode>;

/** `config/orchestrator.yaml`; `…_pct` are per cent (1 = 1 %). */
export const orchestratorConfig = z.object({
  mode: orchestrationMode.default('hybrid'),
  symbols: z.array(z.string().min(1)).min(1).default(['BTC-USD']),
  timeframe: timeframeName.default('1h'),
  strategy: z.string().default('momentum'),
  /** Name of a file in config/datasources. */
  datasource: z.string().default('simulator'),
  daily_target_pct: z.number().positive().max(1000).default(1),
  start_equity: z.number().positive().default(1000),
  /** Real time after which a cycle that waits for an answer is given up. */
  cycle_timeout_ms: z.int().min(1000).default(30_000),
  optimizer: z
    .object({
      loss_trigger: z
        .object({
          max_drawdown_pct: z.number().positive().default(1),
          consecutive_losers: z.int().min(1).default(3),
        })
        .prefault({}),
      approval: z.enum(['manual', 'auto']).default('manual'),
      /** Real time between two loss-triggered requests of one strategy. */
      min_interval_ms: z.int().min(0).default(3_600_000),
    })
    .prefault({}),
});
export type OrchestratorConfig = z.infer<typeof orchestratorConfig>;
