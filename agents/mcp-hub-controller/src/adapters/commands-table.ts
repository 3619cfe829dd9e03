import type { Outgoing } from '@octant/platform/bus/message';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Database, Sql } from '@octant/platform/postgres/sql';

export type FinalState = 'ok' | 'tool_error' | 'failed' | 'unknown';

/** What a finished command answers, to its first caller and to every repeat. */
export interface CommandResult {
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly truncated: boolean;
  readonly error: string | null;
  readonly latencyMs: number;
}

export interface NewCommand {
  readonly requestId: string;
  readonly hub: string;
  readonly tool: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly traceId: string;
  readonly startedAtMs: number;
  readonly leaseUntilMs: number;
}

export interface StoredCommand {
  readonly fingerprint: string;
  readonly state: 'running' | FinalState;
  readonly result: CommandResult | null;
  readonly leaseUntilMs: number;
}

export interface Finish {
  readonly requestId: string;
  readonly hub: string;
  readonly state: FinalState;
  readonly result: CommandResult;
  readonly nowMs: number;
  /** Goes out with the change. */
  readonly audit: Outgoing & { readonly id: string };
}

/** The commands that were ever given, one a request and hub. */
export interface CommandsTable {
  /** Writes the command down before it is sent; `undefined` when it is new, else what is there. */
  begin(command: NewCommand): Promise<StoredCommand | undefined>;
  /** Ends a running command; one that has ended stays as it is. */
  finish(finish: Finish): Promise<void>;
  /** Deletes commands that were given before `beforeMs`, a bounded number a call. */
  deleteOld(beforeMs: number): Promise<number>;
}

interface Row {
  readonly fingerprint: string;
  readonly state: StoredCommand['state'];
  readonly result: CommandResult | null;
  readonly lease_until: Date | string;
}

/** The table in Postgres; `agent` owns the outbox rows. */
export function commandsTable(database: Database, agent: string): CommandsTable {
  return {
    async begin(command) {
      const inserted = await insert(database, command);
      if (inserted) return undefined;
      const { rows } = await database.query<Row>(
        'SELECT fingerprint, state, result, lease_until FROM mcp_commands WHERE request_id = $1 AND hub = $2',
        [command.requestId, command.hub],
      );
      const row = rows[0];
      if (row === undefined) throw new Error(`expected the command ${command.requestId} of ${command.hub}, was none`);
      const { fingerprint, state, result } = row;
      return { fingerprint, state, result, leaseUntilMs: new Date(row.lease_until).getTime() };
    },
    async finish({ requestId, hub, state, result, nowMs, audit }) {
      await database.transaction(async (sql) => {
        const { rowCount } = await sql.query(
          `UPDATE mcp_commands SET state = $3, result = $4, finished_at = $5
           WHERE request_id = $1 AND hub = $2 AND state = 'running'`,
          [requestId, hub, state, JSON.stringify(result), new Date(nowMs)],
        );
        if (rowCount > 0) await writeOutbox(sql, { agent, messages: [audit] });
      });
    },
    async deleteOld(beforeMs) {
      const { rowCount } = await database.query(
        `DELETE FROM mcp_commands WHERE (request_id, hub) IN
           (SELECT request_id, hub FROM mcp_commands WHERE started_at < $1 ORDER BY started_at LIMIT 1000)`,
        [new Date(beforeMs)],
      );
      return rowCount;
    },
  };
}

async function insert(sql: Sql, command: NewCommand): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO mcp_commands (request_id, hub, tool, fingerprint, actor, trace_id, state, started_at, lease_until)
     VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8)
     ON CONFLICT (request_id, hub) DO NOTHING`,
    [
      command.requestId,
      command.hub,
      command.tool,
      command.fingerprint,
      command.actor,
      command.traceId,
      new Date(command.startedAtMs),
      new Date(command.leaseUntilMs),
    ],
  );
  return rowCount > 0;
}
