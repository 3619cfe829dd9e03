import { auditEvent } from '@octant/trading/messages/audit-event';
import { notifyEvent } from '@octant/trading/messages/notify-event';
import { optResult } from '@octant/trading/messages/optimizer';
import { expect, test } from 'vitest';
import { announcementOf } from './announce.js';
import type { Job } from './job.js';

const ts = '2024-01-01T00:00:00.000Z';
const figures = {
  candles: 900,
  trades: 12,
  winRate: 0.5,
  profitFactor: 1.2,
  sharpe: 1.25,
  maxDD: 0.031,
  returnRatio: 0.042,
  feesQuote: '3.1',
};
const comparison = { fromMs: 0, toMs: 3_600_000, recommended: figures, current: { ...figures, sharpe: null } };
const set = { lookback: 20, entry_threshold: 1, exit_threshold: 0 };
const job: Job = {
  jobId: 'opt-1',
  requestId: 'r',
  traceId: 't',
  strategy: 'momentum',
  symbols: ['BTC-USD'],
  source: 'replay',
  timeframe: '1h',
  window: undefined,
  reason: 'drawdown',
  status: 'done',
  trialsDone: 60,
  trialsTotal: 60,
  attempts: 1,
  outcome: { recommended: set, current: set, trials: 60, better: true, search: comparison, holdout: comparison },
  failure: undefined,
  createdAt: ts,
  startedAt: ts,
  finishedAt: ts,
};

test('a result, a notice and an audit row say what is recommended, each under an id of the job', () => {
  const messages = announcementOf(job, ts);
  expect(messages.map(({ stream, id }) => [stream, id])).toEqual([
    ['opt.results', 'opt.results:opt-1'],
    ['notify.events', 'notify:optimizer:opt-1'],
    ['audit.events', 'audit:optimizer.recommended:opt-1'],
  ]);
  const [result, notice, audit] = messages.map(({ payload }) => payload);
  expect(optResult.parse(result)).toMatchObject({
    recommended: set,
    backtest: { winRate: 0.5, sharpe: 1.25, maxDD: 0.031 },
  });
  expect(notifyEvent.parse(notice).message).toBe(
    'New parameters for momentum, better than the current ones on candles that the search never saw: ' +
      'return 4.20 %, drawdown 3.10 %, Sharpe 1.25, 12 trades; current return 4.20 %, drawdown 3.10 %, Sharpe undefined, 12 trades',
  );
  expect(auditEvent.parse(audit)).toMatchObject({ action: 'optimizer.recommended', subject: 'momentum' });
});

test('a failed job makes a warning and no result', () => {
  const messages = announcementOf({ ...job, status: 'failed', outcome: undefined, failure: 'too few candles' }, ts);
  expect(messages).toHaveLength(1);
  expect(messages[0]?.payload).toMatchObject({
    type: 'optimizer_failed',
    severity: 'warning',
    message: 'No recommendation for momentum: too few candles',
  });
});
