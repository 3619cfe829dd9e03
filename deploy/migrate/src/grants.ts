/** What an agent that keeps rows of its own may do with them. */
const KEEPS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
/** What is written once and never changed. */
const APPENDS = ['SELECT', 'INSERT'] as const;

export type Privilege = (typeof KEEPS)[number];
export type TableGrants = Readonly<Record<string, readonly Privilege[]>>;

/** Tables of the platform that each agent's bus uses. */
const PLATFORM: TableGrants = {
  inbox: ['SELECT', 'INSERT', 'DELETE'],
  outbox: KEEPS,
  external_effects: ['SELECT', 'INSERT', 'UPDATE'],
};

const OWN: Readonly<Record<string, TableGrants>> = {
  orchestrator: {
    audit_events: APPENDS,
    pnl_days: APPENDS,
    desk_checkpoint: KEEPS,
    session_checkpoints: KEEPS,
  },
  market_analyst: { candles: KEEPS, feeds: KEEPS, last_signals: KEEPS },
  portfolio_manager: {
    portfolio_ledger: KEEPS,
    portfolio_fills: KEEPS,
    holdings: KEEPS,
    equity_points: KEEPS,
    rebalances: KEEPS,
  },
  risk_manager: { risk_halt: KEEPS },
  trade_executor: {
    orders: ['SELECT', 'INSERT', 'UPDATE'],
    fills: APPENDS,
    paper_account: ['SELECT', 'INSERT', 'UPDATE'],
    paper_positions: KEEPS,
    paper_exits: KEEPS,
    paper_candles: KEEPS,
    live_account: ['SELECT', 'INSERT', 'UPDATE'],
    live_positions: KEEPS,
    live_venue_fills: ['SELECT', 'INSERT', 'UPDATE'],
    live_fill_cursors: KEEPS,
    live_baselines: KEEPS,
    live_differences: KEEPS,
    live_commands: KEEPS,
    live_exits: KEEPS,
  },
  notification_manager: { notices: KEEPS, notice_deliveries: KEEPS },
  parameter_optimizer: { optimizer_runs: KEEPS, parameter_versions: KEEPS },
  mcp_hub_controller: { mcp_commands: KEEPS },
};

/** Login roles of the agents and what each may do, by table of the desk's schema; nobody may change the schema. */
export const agentGrants: Readonly<Record<string, TableGrants>> = Object.fromEntries(
  Object.entries(OWN).map(([role, own]) => [role, { ...PLATFORM, ...own }]),
);

/** Login roles that read across tables, and the role of Postgres' own that each is a member of. */
export const readingRoles: Readonly<Record<string, string>> = {
  exporter: 'pg_monitor',
  backup: 'pg_read_all_data',
};
