import { z } from 'zod';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM, 00:00 to 23:59');

/** One rule of the risk manager, told apart by `type`. */
export const riskRuleConfig = z.discriminatedUnion('type', [
  z.object({ type: z.literal('min_confidence'), threshold: z.number().min(0).max(1) }),
  /** UTC; `end` includes its last minute; a start after the end wraps over midnight. */
  z.object({ type: z.literal('trading_window'), start: clockTime, end: clockTime }),
]);
export type RiskRuleConfig = z.infer<typeof riskRuleConfig>;

/** `config/agents/risk-manager.yaml`; `usd` means the quote currency. */
export const riskManagerConfig = z.object({
  limits: z
    .object({
      max_position_usd: z.number().positive().default(20_000),
      max_order_usd: z.number().positive().default(1000),
      max_daily_loss_pct: z.number().positive().max(100).default(2),
    })
    .prefault({}),
  rules: z.array(riskRuleConfig).default([]),
});
export type RiskManagerConfig = z.infer<typeof riskManagerConfig>;

/** `config/agents/portfolio-manager.yaml`. */
export const portfolioManagerConfig = z.object({
  sizing: z
    .object({
      /** Share of the cash that an order leaves untouched, for a gap between the close and the next open. */
      cash_buffer_pct: z.number().min(0).max(100).default(2),
    })
    .prefault({}),
  /** Target share of equity by symbol, per cent. */
  targets: z.record(z.string(), z.number().min(0).max(100)).default({}),
  rebalance: z.object({ threshold_pct: z.number().min(0).max(100).default(5) }).prefault({}),
});
export type PortfolioManagerConfig = z.infer<typeof portfolioManagerConfig>;

const basisPoints = z.number().min(0).max(1000);

/** `bps` defaults to `paper.slippage_bps`. */
const slippageConfig = z.discriminatedUnion('model', [
  z.object({ model: z.literal('fixed'), bps: basisPoints.optional() }),
  /** `impact_bps` on top where an order is as large as all that the last closed candle traded; its share of it otherwise. */
  z.object({ model: z.literal('volume'), bps: basisPoints.optional(), impact_bps: z.number().min(0).max(10_000) }),
  /** The larger of `bps` and this share of the last closed candle's range. */
  z.object({ model: z.literal('spread'), bps: basisPoints.optional(), range_share: z.number().min(0).max(1) }),
]);

const plainDecimal = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'number' ? value.toString() : value))
  .pipe(z.string().regex(/^\d+(\.\d+)?$/, 'expected a plain decimal such as "100"'));

/** `live` of `config/agents/trade-executor.yaml`; docs/order-life.md says what each key does. */
const liveConfig = z
  .object({
    /** Currency of the account's cash; markets in another one are not traded. */
    quote_currency: z
      .string()
      .regex(/^[A-Z0-9]{1,10}$/, 'expected a currency such as "USDT"')
      .default('USDT'),
    sandbox: z.boolean().default(false),
    max_in_flight: z.int().min(1).max(64).default(8),
    request_expiry_ms: z.int().min(500).max(60_000).default(5000),
    flight_ms: z.int().min(0).max(60_000).default(2000),
    lease_ms: z.int().min(1000).max(300_000).default(10_000),
    buy_within_seconds: z.number().positive().max(3600).default(30),
    sweep_ms: z.int().min(50).max(10_000).default(500),
    retry_cap_seconds: z.number().min(1).max(600).default(30),
    reserve_pct: z.number().min(0).max(50).default(1),
    fills_poll_ms: z.int().min(200).max(600_000).default(10_000),
    fills_overlap_seconds: z.number().min(1).max(3600).default(60),
    orders_poll_ms: z.int().min(200).max(600_000).default(30_000),
    exits: z.object({ price_poll_ms: z.int().min(100).max(60_000).default(5000) }).prefault({}),
    algorithm: z
      .object({
        kind: z.enum(['none', 'twap', 'iceberg']).default('twap'),
        above_volume_pct: z.number().positive().max(100).default(2),
        slices: z.int().min(2).max(100).default(10),
        duration_seconds: z.number().min(1).max(86_400).default(600),
        shown_pct: z.number().min(1).max(100).default(20),
        reprice_seconds: z.number().min(1).max(600).default(15),
        finish: z.enum(['market', 'leave']).default('market'),
      })
      .prefault({}),
    reconcile: z
      .object({
        every_seconds: z.number().min(5).max(86_400).default(300),
        lookback_hours: z.number().positive().max(720).default(24),
        unresolved_after_seconds: z.number().min(1).max(86_400).default(60),
        orphans: z.enum(['cancel', 'notice']).default('cancel'),
      })
      .prefault({}),
    clock_every_seconds: z.number().min(1).max(3600).default(60),
    max_clock_offset_ms: z.int().min(1).max(250).default(250),
    first_days: z
      .object({ days: z.number().min(0).max(365).default(7), max_order_quote: plainDecimal.default('100') })
      .prefault({}),
  })
  .refine((live) => live.lease_ms > live.request_expiry_ms + live.flight_ms + 250, {
    path: ['lease_ms'],
    message: 'expected more than request_expiry_ms + flight_ms + 250 (clock skew): no request may outlive its lease',
  });

/** `config/agents/trade-executor.yaml`; docs/paper-exchange.md says what each key of `paper` does. */
export const tradeExecutorConfig = z.object({
  exchange: z.enum(['paper', 'binance', 'kraken']).default('paper'),
  live: liveConfig.prefault({}),
  paper: z
    .object({
      fees_bps: basisPoints.default(10),
      maker_fees_bps: basisPoints.optional(),
      taker_fees_bps: basisPoints.optional(),
      slippage_bps: basisPoints.default(5),
      slippage: slippageConfig.optional(),
      latency_candles: z.int().min(0).max(1000).default(0),
      max_volume_share: z.number().gt(0).max(1).optional(),
      take_profit_fills: z.enum(['touch', 'through']).default('touch'),
    })
    .prefault({}),
});
export type TradeExecutorConfig = z.infer<typeof tradeExecutorConfig>;

/** `config/agents/notification-manager.yaml`. */
export const notificationManagerConfig = z.object({
  slack: z
    .object({
      /** Least severity that is sent to Slack. */
      min_severity: z.enum(['info', 'warning', 'critical']).default('info'),
      /** Channel overrides by severity, for one webhook that serves several. */
      channels: z.partialRecord(z.enum(['info', 'warning', 'critical']), z.string()).default({}),
      /** An attempt that takes longer counts as failed and is made again. */
      timeout_ms: z.int().min(100).max(60_000).default(10_000),
      /** A notice that could not be sent for this long is given up (it stays readable over HTTP). */
      give_up_after_hours: z.number().positive().default(24),
    })
    .prefault({}),
  recent_limit: z.int().min(1).max(1000).default(200),
  /** Older notices are deleted. */
  retention_days: z.int().min(1).default(90),
});
export type NotificationManagerConfig = z.infer<typeof notificationManagerConfig>;

/** `config/agents/parameter-optimizer.yaml`. */
export const parameterOptimizerConfig = z.object({
  /** Candidate parameter sets a job tries. */
  max_trials: z.int().min(1).max(10_000).default(60),
  /** Least candles a search needs. */
  min_candles: z.int().min(50).default(200),
  /** Share of the window kept back to test the winner on, per cent. */
  holdout_pct: z.number().min(5).max(50).default(30),
  seed: z.int().default(7),
});
export type ParameterOptimizerConfig = z.infer<typeof parameterOptimizerConfig>;

/** `config/agents/mcp-hub-controller.yaml`: MCP servers that it speaks to. */
export const mcpHubControllerConfig = z.object({
  hubs: z
    .array(
      z
        .object({
          name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/),
          /** This agent's own MCP server, `/mcp`; or … */
          own: z.literal(true).optional(),
          /** … a streamable HTTP endpoint; or … */
          url: z.url({ protocol: /^https?$/ }).optional(),
          /** … a program that speaks MCP on its standard streams. */
          command: z.string().min(1).optional(),
          args: z.array(z.string()).default([]),
          /** Environment variable with the bearer token of `url`. */
          token_env: z.string().optional(),
          /** Environment variables that `command` gets besides a safe minimum (PATH, HOME and the like). */
          pass_env: z.array(z.string()).default([]),
          /** Tools that /mcp/command may call; none when empty (deny first). */
          allow_tools: z.array(z.string()).default([]),
          timeout_ms: z.int().min(100).max(300_000).default(10_000),
        })
        .refine(
          (hub) => [hub.own, hub.url, hub.command].filter((way) => way !== undefined).length === 1,
          'expected exactly one of own, url and command',
        ),
    )
    .refine((hubs) => new Set(hubs.map((hub) => hub.name)).size === hubs.length, 'expected each hub name once')
    .default([]),
  /** A tool's answer is cut here. */
  max_output_bytes: z.int().min(256).max(1_000_000).default(65_536),
});
export type McpHubControllerConfig = z.infer<typeof mcpHubControllerConfig>;

/** `config/agents/market-analyst.yaml`. */
export const marketAnalystConfig = z.object({
  /** Candles that one ingest request may carry. */
  ingest_max_candles: z.int().min(1).max(50_000).default(5000),
});
export type MarketAnalystConfig = z.infer<typeof marketAnalystConfig>;

/** `config/markets.yaml`: the instruments of the desk. Prices step by `tick_size`, quantities by `lot_size`. */
const positiveDecimal = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'number' ? value.toString() : value))
  .pipe(z.string().regex(/^\d+(\.\d+)?$/, 'expected a positive decimal; quote it in YAML, e.g. "0.00001"'));
export const marketsConfig = z.object({
  markets: z
    .array(
      z.object({
        symbol: z.string(),
        tick_size: positiveDecimal,
        lot_size: positiveDecimal,
        min_notional: positiveDecimal,
      }),
    )
    .min(1),
});
export type MarketsConfig = z.infer<typeof marketsConfig>;
