import type { Outgoing } from '@octant/platform/bus/message';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { ParameterSet } from '@octant/trading/optimize/search-space';
import type { Job, JobPlan, JobStatus, Outcome } from '../jobs/job.js';

export interface Recommendation {
  readonly version: number;
  readonly jobId: string;
  readonly strategy: string;
  readonly parameters: ParameterSet;
  readonly approval: 'pending' | 'approved' | 'rejected';
  readonly outcome: Outcome | undefined;
  readonly createdAt: string;
}

/** Jobs and recommendations. */
export interface RunStore {
  /** A repeat of the same request changes nothing. */
  enqueue(sql: Sql, plan: JobPlan): Promise<void>;
  /** The oldest queued job, now running. */
  claimNext(): Promise<Job | undefined>;
  /** Jobs whose process died are queued again. How many they were. */
  requeueInterrupted(): Promise<number>;
  setProgress(jobId: string, progress: { done: number; total: number }): Promise<void>;
  /** The result and the numbered recommendation commit together. */
  finish(job: JobPlan, outcome: Outcome): Promise<void>;
  fail(jobId: string, failure: string): Promise<void>;
  listUnannounced(): Promise<Job[]>;
  /** The messages of an ended job go to the outbox, once. */
  announce(jobId: string, messages: readonly (Outgoing & { readonly id: string })[]): Promise<void>;
  find(jobId: string): Promise<Job | undefined>;
  list(filter: { status: JobStatus | undefined; limit: number }): Promise<Job[]>;
  /** The newest one of every strategy. */
  listRecommendations(): Promise<Recommendation[]>;
}

interface RunRow {
  job_id: string;
  request_id: string;
  trace_id: string;
  status: JobStatus;
  strategy: string;
  symbols: string[];
  source: string;
  timeframe: TimeframeName;
  window_from_ms: string | null;
  window_to_ms: string | null;
  reason: string;
  trials_done: number;
  trials_total: number;
  attempts: number;
  outcome: Outcome | null;
  failure: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

interface RecommendationRow {
  version: string;
  job_id: string;
  strategy: string;
  parameters: ParameterSet;
  approval: Recommendation['approval'];
  outcome: Outcome | null;
  created_at: Date;
}

/** The tables in Postgres (migration 060); `agent` owns the outbox rows. */
export function runStore(database: Database, agent: string): RunStore {
  const select = async (tail: string, values: readonly unknown[]) => {
    const { rows } = await database.query<RunRow>(`SELECT * FROM optimizer_runs ${tail}`, values);
    return rows.map(jobOf);
  };
  return {
    enqueue,
    claimNext: () => claimNext(database),
    async requeueInterrupted() {
      const { rowCount } = await database.query(`UPDATE optimizer_runs SET status = 'queued' WHERE status = 'running'`);
      return rowCount;
    },
    async setProgress(jobId, { done, total }) {
      await database.query('UPDATE optimizer_runs SET trials_done = $2, trials_total = $3 WHERE job_id = $1', [
        jobId,
        done,
        total,
      ]);
    },
    finish: (job, outcome) => database.transaction((sql) => finish(sql, job, outcome)),
    async fail(jobId, failure) {
      await database.query(
        `UPDATE optimizer_runs SET status = 'failed', failure = $2, finished_at = now() WHERE job_id = $1`,
        [jobId, failure],
      );
    },
    listUnannounced: () =>
      select(`WHERE announced_at IS NULL AND status IN ('done', 'failed') ORDER BY created_at`, []),
    announce: (jobId, messages) =>
      database.transaction(async (sql) => {
        const { rowCount } = await sql.query(
          'UPDATE optimizer_runs SET announced_at = now() WHERE job_id = $1 AND announced_at IS NULL',
          [jobId],
        );
        if (rowCount > 0) await writeOutbox(sql, { agent, messages });
      }),
    find: async (jobId) => (await select('WHERE job_id = $1', [jobId]))[0],
    list: ({ status, limit }) =>
      select('WHERE $1::text IS NULL OR status = $1 ORDER BY created_at DESC LIMIT $2', [status ?? null, limit]),
    async listRecommendations() {
      const { rows } = await database.query<RecommendationRow>(
        `SELECT DISTINCT ON (v.strategy) v.*, r.outcome
           FROM parameter_versions v JOIN optimizer_runs r USING (job_id)
          ORDER BY v.strategy, v.version DESC`,
      );
      return rows.map(recommendationOf);
    },
  };
}

async function enqueue(sql: Sql, plan: JobPlan): Promise<void> {
  await sql.query(
    `INSERT INTO optimizer_runs (job_id, request_id, trace_id, status, strategy, symbols, source, timeframe,
                                 window_from_ms, window_to_ms, reason)
     VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT DO NOTHING`,
    [
      plan.jobId,
      plan.requestId,
      plan.traceId,
      plan.strategy,
      JSON.stringify(plan.symbols),
      plan.source,
      plan.timeframe,
      plan.window?.fromMs ?? null,
      plan.window?.toMs ?? null,
      plan.reason,
    ],
  );
}

async function claimNext(database: Database): Promise<Job | undefined> {
  const { rows } = await database.query<RunRow>(
    `UPDATE optimizer_runs
        SET status = 'running', attempts = attempts + 1, started_at = now(), trials_done = 0
      WHERE job_id = (SELECT job_id FROM optimizer_runs WHERE status = 'queued'
                       ORDER BY created_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING *`,
  );
  return rows.map(jobOf)[0];
}

async function finish(sql: Sql, { jobId, strategy }: JobPlan, outcome: Outcome): Promise<void> {
  await sql.query(
    `UPDATE optimizer_runs SET status = 'done', outcome = $2, trials_done = $3, trials_total = $3, finished_at = now()
      WHERE job_id = $1`,
    [jobId, JSON.stringify(outcome), outcome.trials],
  );
  await sql.query(
    `INSERT INTO parameter_versions (strategy, job_id, parameters) VALUES ($1, $2, $3) ON CONFLICT (job_id) DO NOTHING`,
    [strategy, jobId, JSON.stringify(outcome.recommended)],
  );
}

function jobOf(row: RunRow): Job {
  const { window_from_ms: fromMs, window_to_ms: toMs } = row;
  return {
    jobId: row.job_id,
    requestId: row.request_id,
    traceId: row.trace_id,
    status: row.status,
    strategy: row.strategy,
    symbols: row.symbols,
    source: row.source,
    timeframe: row.timeframe,
    window: fromMs === null || toMs === null ? undefined : { fromMs: Number(fromMs), toMs: Number(toMs) },
    reason: row.reason,
    trialsDone: row.trials_done,
    trialsTotal: row.trials_total,
    attempts: row.attempts,
    outcome: row.outcome ?? undefined,
    failure: row.failure ?? undefined,
    createdAt: new Date(row.created_at).toISOString(),
    startedAt: row.started_at === null ? undefined : new Date(row.started_at).toISOString(),
    finishedAt: row.finished_at === null ? undefined : new Date(row.finished_at).toISOString(),
  };
}

function recommendationOf(row: RecommendationRow): Recommendation {
  return {
    version: Number(row.version),
    jobId: row.job_id,
    strategy: row.strategy,
    parameters: row.parameters,
    approval: row.approval,
    outcome: row.outcome ?? undefined,
    createdAt: new Date(row.created_at).toISOString(),
  };
}
