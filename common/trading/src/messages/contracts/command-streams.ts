import { orchestratorCommand } from '../orchestrator-commands.js';
import type { StreamContract } from './stream-contract.js';

const envelope = { ts: '2024-01-01T01:00:00.110Z', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } as const;
const session = { sessionId: '0b6e7c1d-42aa', source: 'replay', timeframe: '1h', strategy: 'momentum' } as const;

/** What the orchestrator tells the other agents to do. */
export const commandStreams = {
  'orchestrator.commands': {
    purpose:
      'Commands of the orchestrator: feed a session and let it go on, analyze a symbol, halt and unhalt the desk.',
    schema: orchestratorCommand,
    producers: ['orchestrator'],
    ids: [
      { by: 'orchestrator', id: 'watch:<sessionId>', of: '`watch`' },
      { by: 'orchestrator', id: 'unwatch:<sessionId>', of: '`unwatch`' },
      { by: 'orchestrator', id: 'analyze:<requestId>', of: '`analyze`' },
      { by: 'orchestrator', id: 'advance:<sessionId>:<closeTimeMs>', of: '`advance`' },
      { by: 'orchestrator', id: 'command:<halt|unhalt>:<haltVersion>', of: '`halt` and `unhalt`' },
    ],
    groups: {
      analyst: {
        agent: 'market-analyst',
        does: 'opens and ends feeds, publishes the next step, analyzes',
        takes: '`watch`, `unwatch`, `advance`, `analyze`',
        orderedBy: '<sessionId>',
      },
      risk: {
        agent: 'risk-manager',
        does: 'knows whether the desk is halted',
        takes: '`halt`, `unhalt`',
        orderedBy: 'halts',
      },
      exec: {
        agent: 'trade-executor',
        does: 'takes reducing orders only while halted, cancels resting buys, and the orders of a session that is over',
        takes: '`halt`, `unhalt`, `unwatch`',
        orderedBy: 'halt',
      },
    },
    examples: [
      {
        type: 'analyze',
        requestId: '0b6e7c1d-42aa.BTC-USDT.1704070800000',
        symbol: 'BTC-USDT',
        ...session,
        historyFromMs: 1704067200000,
        closeTimeMs: 1704070800000,
        ...envelope,
      },
      { type: 'halt', reason: 'daily_loss', haltVersion: 1, ...envelope },
      { type: 'unhalt', reason: 'lifted by an admin', haltVersion: 2, ...envelope },
      { type: 'watch', ...session, symbols: ['BTC-USDT'], historyFromMs: 1704067200000, ...envelope },
      { type: 'unwatch', sessionId: '0b6e7c1d-42aa', ...envelope },
      { type: 'advance', sessionId: '0b6e7c1d-42aa', closeTimeMs: 1704070800000, ...envelope },
    ],
  },
} as const satisfies Record<string, StreamContract>;
