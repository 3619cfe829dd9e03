import { PermanentError } from '@octant/platform/errors/errors';
import type { Operation, Operations } from '@octant/platform/http/operation';
import type { Sql } from '@octant/platform/postgres/sql';
import type { RunStore } from '../adapters/run-store.js';
import type { Job, JobPlan, JobStatus } from '../jobs/job.js';
import type { JobRequest } from '../jobs/plan-job.js';

const DEFAULT_LIMIT = 50;

export interface JobRoutePorts {
  readonly runs: Pick<RunStore, 'enqueue' | 'find' | 'list'>;
  readonly database: Sql;
  readonly plan: (request: JobRequest) => JobPlan;
  readonly wake: () => void;
}

export function jobOperations(ports: JobRoutePorts): Operations {
  return { runOptimization: runOptimization(ports), getJob: getJob(ports), listJobs: listJobs(ports) };
}

function runOptimization({ runs, database, plan, wake }: JobRoutePorts): Operation {
  return async ({ body, idempotencyKey, requestId, traceId }) => {
    const asked = body as Omit<JobRequest, 'requestId' | 'traceId'> & { requestId?: string };
    const job = plan({ ...asked, requestId: asked.requestId ?? idempotencyKey ?? requestId, traceId });
    await runs.enqueue(database, job);
    wake();
    return { status: 202, body: { jobId: job.jobId } };
  };
}

function getJob({ runs }: JobRoutePorts): Operation {
  return async ({ params }) => {
    const { jobId = '' } = params;
    const job = await runs.find(jobId);
    if (job === undefined) {
      throw new PermanentError(`jobId: expected a job, was ${jobId}`, { code: 'unknown_job', status: 404 });
    }
    return { status: 200, body: viewOf(job) };
  };
}

function listJobs({ runs }: JobRoutePorts): Operation {
  return async ({ query }) => {
    const { status, limit = DEFAULT_LIMIT } = query as { status?: JobStatus; limit?: number };
    return { status: 200, body: { jobs: (await runs.list({ status, limit })).map(viewOf) } };
  };
}

function viewOf({ traceId: _traceId, ...job }: Job) {
  const { window, outcome, failure, startedAt, finishedAt } = job;
  const shown =
    window === undefined
      ? null
      : { from: new Date(window.fromMs).toISOString(), to: new Date(window.toMs).toISOString() };
  return {
    ...job,
    window: shown,
    outcome: outcome ?? null,
    failure: failure ?? null,
    startedAt: startedAt ?? null,
    finishedAt: finishedAt ?? null,
  };
}
