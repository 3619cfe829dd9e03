import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent as analystAgent } from '../../../agents/market-analyst/src/agent.js';
import { searchWorker } from '../../../agents/parameter-optimizer/src/adapters/search-worker.js';
import { optimizerAgent } from '../../../agents/parameter-optimizer/src/agent.js';
import { AgentDesk, asService, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { bodyOf } from './body-of.js';
import { HOUR_MS, madeCandles, rowsOf, START_MS } from './made-candles.js';

// The thread runs what the build made: Node loads no TypeScript.
const thread = fileURLToPath(
  new URL('../../../agents/parameter-optimizer/dist/adapters/search-thread.js', import.meta.url),
);
const agent = optimizerAgent(searchWorker(pathToFileURL(thread)));
const space =
  'search_space: { lookback: { min: 10, max: 40, step: 10 }, entry_threshold: { min: 0.5, max: 1.5, step: 0.5 } }';
const momentum = `name: momentum\nsymbols: [BTC-USDT]\nlookback: 20\nentry_threshold: 1\nexit_threshold: 0\n${space}\n`;

let desk: AgentDesk;
let analyst: AgentUnderTest;
let optimizer: AgentUnderTest;
let env: Record<string, string>;

beforeAll(async () => {
  desk = await AgentDesk.open('optimizer');
  const configDir = desk.configFolder({
    'markets.yaml': repositoryConfig('markets.yaml'),
    'strategies/momentum.yaml': momentum,
    'orchestrator.yaml': 'datasource: replay\nsymbols: [BTC-USDT]\n',
    'agents/parameter-optimizer.yaml': 'max_trials: 60\nmin_candles: 200\n',
  });
  analyst = await desk.start(analystAgent, { env: { CONFIG_DIR: configDir } });
  const candles = rowsOf(madeCandles('BTC-USDT', 3000));
  await analyst.post('/analysis/ingest', { symbol: 'BTC-USDT', timeframe: '1h', candles }, asService);
  env = { CONFIG_DIR: configDir, MARKET_ANALYST_URL: analyst.url };
  optimizer = await desk.start(agent, { env });
});

afterAll(async () => {
  await desk.close();
});

async function ended(jobId: string) {
  let job: Record<string, unknown> = {};
  await expect
    .poll(
      async () => {
        job = (await optimizer.get(`/optimize/jobs/${jobId}`)).body as Record<string, unknown>;
        return job['status'];
      },
      { timeout: 60_000, interval: 50 },
    )
    .toMatch(/done|failed/);
  return job;
}

async function messagesOf(stream: string, jobId: string) {
  const about = (payload: Record<string, unknown>) => JSON.stringify(payload).includes(jobId);
  return (await desk.entries(stream)).map(({ payload }) => payload).filter(about);
}

test('a job searches, recommends and announces, once for all repeats of its request', async () => {
  const asked = { requestId: 'r-1', strategy: 'momentum', reason: 'drawdown' };
  const first = await optimizer.post('/optimize/run', asked, asService);
  expect(first.status).toBe(202);
  const { jobId } = first.body as { jobId: string };
  expect((await optimizer.post('/optimize/run', asked, asService)).body).toEqual({ jobId });
  const job = await ended(jobId);
  expect(job).toMatchObject({ status: 'done', trialsDone: 12, trialsTotal: 12, attempts: 1, reason: 'drawdown' });
  const outcome = job['outcome'] as { recommended: object; search: { toMs: number }; holdout: { fromMs: number } };
  expect(outcome.holdout.fromMs).toBe(outcome.search.toMs);
  expect(outcome.holdout.fromMs).toBe(START_MS + 2100 * HOUR_MS);
  await expect.poll(() => messagesOf('opt.results', jobId)).toHaveLength(1);
  const [result] = await messagesOf('opt.results', jobId);
  expect(result).toMatchObject({ jobId, strategy: 'momentum', recommended: outcome.recommended, approval: 'pending' });
  await expect.poll(() => messagesOf('notify.events', jobId)).toHaveLength(1);
  expect((await messagesOf('notify.events', jobId))[0]).toMatchObject({
    type: 'optimizer_recommendation',
    severity: 'info',
  });
  const params = bodyOf(await optimizer.get('/optimize/params?strategy=momentum'));
  expect(params.strategies).toEqual([
    {
      strategy: 'momentum',
      applied: { lookback: 20, entry_threshold: 1, exit_threshold: 0 },
      recommendation: expect.objectContaining({
        jobId,
        approval: 'pending',
        parameters: outcome.recommended,
      }) as unknown,
    },
  ]);
  expect(await optimizer.metrics()).toMatch(/optimizer_runs_total\{outcome="done"\} 1\n[^]*optimizer_trials_total 12/);
});

test('the agent answers while a search runs, and a search that was cut off begins again', async () => {
  const asked = { requestId: 'r-2', strategy: 'momentum' };
  const { jobId } = (await optimizer.post('/optimize/run', asked, asService)).body as { jobId: string };
  await expect
    .poll(async () => ((await optimizer.get(`/optimize/jobs/${jobId}`)).body as { status: string }).status, {
      interval: 5,
    })
    .toBe('running');
  expect((await optimizer.get('/health')).status).toBe(200);
  await optimizer.handle.stop();
  optimizer = await desk.start(agent, { env });
  expect(await ended(jobId)).toMatchObject({ status: 'done', attempts: 2 });
  const jobs = (await optimizer.get('/optimize/jobs?status=done')).body as { jobs: { jobId: string }[] };
  expect(jobs.jobs[0]?.jobId).toBe(jobId);
});

test('too few candles fail the job with a reason and a notice', async () => {
  const window = { from: new Date(START_MS).toISOString(), to: new Date(START_MS + 50 * HOUR_MS).toISOString() };
  const asked = { requestId: 'r-3', strategy: 'momentum', window };
  const { jobId } = (await optimizer.post('/optimize/run', asked, asService)).body as { jobId: string };
  const failure = 'candles of BTC-USDT 1h from replay: expected at least 200 in the window, was 50';
  expect(await ended(jobId)).toMatchObject({ status: 'failed', failure });
  await expect.poll(() => messagesOf('notify.events', jobId)).toHaveLength(1);
  expect((await messagesOf('notify.events', jobId))[0]).toMatchObject({
    type: 'optimizer_failed',
    severity: 'warning',
  });
  expect(await messagesOf('opt.results', jobId)).toEqual([]);
});

test('a loss trigger on the stream does the same', async () => {
  const payload = {
    requestId: 'loss-1',
    reason: 'losing_streak',
    window: { from: new Date(START_MS).toISOString(), to: new Date(START_MS + 2000 * HOUR_MS).toISOString() },
    symbols: ['BTC-USDT'],
    strategy: 'momentum',
    source: 'replay',
    timeframe: '1h',
    ts: '2024-01-01T00:00:00.000Z',
    traceId: '0af7651916cd43dd8448eb211c80319c',
  };
  await desk.bus.publish({ stream: 'opt.requests', type: 'opt_request', id: 'opt:loss-1', payload });
  const jobs = async () =>
    ((await optimizer.get('/optimize/jobs')).body as { jobs: { jobId: string; requestId: string }[] }).jobs;
  await expect.poll(async () => (await jobs()).map(({ requestId }) => requestId)).toContain('loss-1');
  const jobId = (await jobs()).find(({ requestId }) => requestId === 'loss-1')?.jobId ?? '';
  expect(await ended(jobId)).toMatchObject({ status: 'done', reason: 'losing_streak', window: payload.window });
});

test('a request that no search can answer is refused', async () => {
  const unknown = await optimizer.post('/optimize/run', { strategy: 'moonshot' }, asService);
  expect(unknown.body).toMatchObject({ status: 404, code: 'unknown_strategy' });
  expect(bodyOf(unknown).detail).toBe('strategy: expected one of momentum, was moonshot');
  const symbol = await optimizer.post('/optimize/run', { strategy: 'momentum', symbols: ['DOGE-EUR'] }, asService);
  expect(symbol.body).toMatchObject({ status: 400, code: 'unknown_symbol' });
  expect((await optimizer.post('/optimize/run', { strategy: 'momentum' })).status).toBe(401);
  expect((await optimizer.get('/optimize/jobs/none')).status).toBe(404);
});
