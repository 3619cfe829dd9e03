import { optRequest, optResult } from '../optimizer.js';
import type { StreamContract } from './stream-contract.js';

const envelope = { ts: '2024-01-02T09:00:00.000Z', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } as const;

/** The search for better parameters, and what it found. */
export const optimizerStreams = {
  'opt.requests': {
    purpose: 'A losing streak or a drawdown of the day asks for better parameters. Jobs over HTTP do not pass here.',
    schema: optRequest,
    producers: ['orchestrator'],
    ids: [{ by: 'orchestrator', id: 'opt-request:<requestId>' }],
    groups: {
      optimizer: { agent: 'parameter-optimizer', does: 'queues a job', orderedBy: null },
    },
    examples: [
      {
        requestId: 'opt.momentum.1704186000000',
        reason: 'losing_streak',
        window: { from: '2024-01-01T00:00:00.000Z', to: '2024-01-02T09:00:00.000Z' },
        symbols: ['BTC-USDT'],
        strategy: 'momentum',
        source: 'simulator',
        timeframe: '1h',
        ...envelope,
      },
    ],
  },
  'opt.results': {
    purpose: 'The recommendation of a job that ended, with its figures on candles that the search never saw.',
    schema: optResult,
    producers: ['parameter-optimizer'],
    ids: [{ by: 'parameter-optimizer', id: 'opt.results:<jobId>' }],
    groups: {
      orchestrator: { agent: 'orchestrator', does: 'audits the recommendation; nothing is applied', orderedBy: 'desk' },
    },
    examples: [
      {
        jobId: 'opt-5b3f0c9a7d1e48e2a6f4',
        requestId: 'opt.momentum.1704186000000',
        strategy: 'momentum',
        recommended: { lookback: 30, entry_threshold: 1.25, exit_threshold: 0 },
        backtest: { winRate: 0.54, sharpe: 1.25, maxDD: 0.031, trades: 12, returnRatio: 0.042 },
        current: { winRate: 0.41, sharpe: null, maxDD: 0.052, trades: 9, returnRatio: -0.011 },
        better: true,
        approval: 'pending',
        ...envelope,
      },
    ],
  },
} as const satisfies Record<string, StreamContract>;
