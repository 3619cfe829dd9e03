import { analysisProgress, analysisSignal } from '../analysis.js';
import { marketCandles } from '../market-candles.js';
import type { StreamContract } from './stream-contract.js';

const analyzed = {
  requestId: '0b6e7c1d-42aa.BTC-USDT.1704070800000',
  sessionId: '0b6e7c1d-42aa',
  symbol: 'BTC-USDT',
  closeTimeMs: 1704070800000,
  strategy: 'momentum',
  ts: '2024-01-01T01:00:00.120Z',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
} as const;

/** Candles in, signals out. */
export const marketStreams = {
  'market.candles': {
    purpose:
      'All candles of one source and timeframe that opened together, in one message: one step of the desk. It is the root ' +
      'of every decision. A paced feed (replay, simulator) publishes a step when the one before it is done.',
    schema: marketCandles,
    producers: ['market-analyst'],
    ids: [
      {
        by: 'market-analyst',
        id: 'candles:<feed>:<timeframe>:<openTimeMs>:<closed|forming>',
        of: '`feed` is the session of a paced feed, the source of a live one',
      },
    ],
    groups: {
      orchestrator: {
        agent: 'orchestrator',
        does: 'begins a step of the sessions that the candles are for',
        orderedBy: 'desk',
      },
      exec: {
        agent: 'trade-executor',
        does: "fills the paper account's open orders at the candles' opens",
        orderedBy: 'account',
      },
      portfolio: {
        agent: 'portfolio-manager',
        does: 'marks the holdings',
        takes: 'closed candles',
        orderedBy: 'books',
      },
    },
    examples: [
      {
        type: 'candles',
        source: 'replay',
        sessionId: '0b6e7c1d-42aa',
        timeframe: '1h',
        closed: true,
        openTimeMs: 1704067200000,
        closeTimeMs: 1704070800000,
        candles: [
          {
            symbol: 'BTC-USDT',
            open: '42283.58',
            high: '42554.57',
            low: '42261.02',
            close: '42475.23',
            volume: '1271.68108',
          },
        ],
        simulated: false,
        ts: '2024-01-01T01:00:00.100Z',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      },
    ],
  },
  'analysis.signals': {
    purpose:
      'What a strategy wants: buy or sell, on every candle whose condition holds, whatever the desk holds. An analysis that ' +
      'wants nothing publishes none.',
    schema: analysisSignal,
    producers: ['market-analyst'],
    ids: [{ by: 'market-analyst', id: '<input>/<index>', of: 'the input is the `analyze` command' }],
    groups: {
      orchestrator: { agent: 'orchestrator', does: 'notes the signal of the awaited analysis', orderedBy: 'desk' },
    },
    examples: [
      {
        ...analyzed,
        strategy: 'rsi_pullback',
        side: 'buy',
        confidence: 0.72,
        price: '42475.23',
        exits: { stopPrice: '41350.5', takeProfitPrice: '44724.69', trailingDistance: '1500', maxCandles: 48 },
      },
    ],
  },
  'analysis.progress': {
    purpose:
      'One for each analysis, signal or none, so that the desk need not wait for a signal that does not come; and the end of ' +
      'a feed that cannot go on.',
    schema: analysisProgress,
    producers: ['market-analyst'],
    ids: [{ by: 'market-analyst', id: '<input>/<index>', of: 'the input is the `analyze` or `watch` command' }],
    groups: {
      orchestrator: {
        agent: 'orchestrator',
        does: 'ends the wait for the analysis, or the session whose feed has failed',
        orderedBy: 'desk',
      },
    },
    examples: [{ ...analyzed, signal: 'buy' }],
  },
} as const satisfies Record<string, StreamContract>;
