import { auditEvent } from '../audit-event.js';
import { notifyEvent } from '../notify-event.js';
import type { StreamContract } from './stream-contract.js';

const envelope = { ts: '2024-01-01T01:00:00.150Z', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } as const;

/** What people read: notices and the audit. */
export const recordStreams = {
  'notify.events': {
    purpose: 'Notices for people: kept, listed, acknowledged, and delivered to Slack by severity.',
    schema: notifyEvent,
    producers: [
      'market-analyst',
      'notification-manager',
      'orchestrator',
      'parameter-optimizer',
      'risk-manager',
      'trade-executor',
    ],
    ids: [
      { by: 'market-analyst', id: '<input>/<index>', of: '`feed_failed`; the input is the `watch` command' },
      {
        by: 'notification-manager',
        id: 'dlq_growth:<stream>:<letter>',
        of: '`dlq_growth`; the letter is the newest one',
      },
      {
        by: 'notification-manager',
        id: 'notify:<key>',
        of: '`POST /notify`; the key is the `Idempotency-Key`, or random',
      },
      { by: 'orchestrator', id: 'notice:<halt|unhalt>:<haltVersion>', of: '`halt`, `unhalt`' },
      { by: 'orchestrator', id: 'notice:pnl-day:<day>', of: '`pnl_day`' },
      { by: 'orchestrator', id: 'notice:timed-out:<sessionId>:<closeTimeMs>', of: '`cycle_timed_out`' },
      { by: 'parameter-optimizer', id: 'notify:optimizer:<jobId>', of: 'the end of a job' },
      { by: 'risk-manager', id: 'risk_reject:<requestId>:<code>', of: '`risk_reject`' },
      {
        by: 'trade-executor',
        id: '<type>:<key>',
        of:
          '`fill`; `order_denied`, `order_rejected`, `order_expired`, `order_unknown`; `late_fill`, `unbookable_fill`, ' +
          '`duplicate_order`, `reconciliation_difference`, `live_trading`, `live_trading_locked`; the key names the fill, order, ' +
          'trade, difference or process',
      },
    ],
    groups: {
      notify: { agent: 'notification-manager', does: 'stores the notice and queues its delivery', orderedBy: null },
    },
    examples: [
      {
        type: 'halt',
        severity: 'critical',
        message: 'Trading halted: daily_loss',
        context: { reason: 'daily_loss', haltVersion: 1 },
        ...envelope,
      },
    ],
  },
  'audit.events': {
    purpose: 'What was decided and done, by whom: one row each of the append-only table `audit_events`.',
    schema: auditEvent,
    producers: [
      'mcp-hub-controller',
      'notification-manager',
      'orchestrator',
      'parameter-optimizer',
      'portfolio-manager',
      'risk-manager',
      'trade-executor',
    ],
    ids: [
      { by: 'mcp-hub-controller', id: '<eventId>' },
      { by: 'notification-manager', id: '<eventId>' },
      { by: 'orchestrator', id: 'audit:<eventId>' },
      { by: 'parameter-optimizer', id: 'audit:<eventId>' },
      { by: 'portfolio-manager', id: '<eventId>' },
      { by: 'risk-manager', id: '<eventId>' },
      { by: 'trade-executor', id: '<eventId>' },
    ],
    groups: {
      audit: {
        agent: 'orchestrator',
        does: 'appends the row, and keeps the tables that mirror it (days, sessions, halts)',
        orderedBy: null,
      },
    },
    examples: [
      {
        eventId: 'risk:0b6e7c1d-42aa.BTC-USDT.1704070800000:max_order',
        actor: 'risk-manager',
        action: 'risk.refused',
        subject: '0b6e7c1d-42aa.BTC-USDT.1704070800000',
        details: { symbol: 'BTC-USDT', side: 'buy', code: 'max_order' },
        atMs: 1704070800000,
        requestId: '0b6e7c1d-42aa.BTC-USDT.1704070800000',
        ...envelope,
      },
    ],
  },
} as const satisfies Record<string, StreamContract>;
