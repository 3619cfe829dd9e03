import { execOrder, execProgress, execStatus } from '../execution.js';
import { riskRequest, riskResponse } from '../risk.js';
import type { StreamContract } from './stream-contract.js';

const requestId = '0b6e7c1d-42aa.BTC-USDT.1704070800000';
const envelope = { ts: '2024-01-01T01:00:00.140Z', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } as const;
const bought = { symbol: 'BTC-USDT', side: 'buy', qty: '0.00588' } as const;

/** From a sized signal to its fill: risk's answer, the order, its states. */
export const orderStreams = {
  'risk.requests': {
    purpose:
      'Asks risk whether an order may be sent, with all that the rules look at. Mode `http` asks over HTTP instead.',
    schema: riskRequest,
    producers: ['orchestrator'],
    ids: [{ by: 'orchestrator', id: 'risk:<requestId>' }],
    groups: {
      risk: {
        agent: 'risk-manager',
        does: 'decides; waits for the halt that the request knows of and risk does not yet',
        orderedBy: null,
      },
    },
    examples: [
      {
        requestId,
        ...bought,
        confidence: 0.72,
        price: '42475.23',
        atMs: 1704070800000,
        haltVersion: 0,
        exposure: {
          equityQuote: '1000',
          cashQuote: '1000',
          positionQty: '0',
          positionQuote: '0',
          openBuyQuote: '0',
          dayPnlRatio: 0,
        },
        sessionId: '0b6e7c1d-42aa',
        ...envelope,
      },
    ],
  },
  'risk.responses': {
    purpose: "Risk's answer: yes, or a refusal with its code and the numbers.",
    schema: riskResponse,
    producers: ['risk-manager'],
    ids: [{ by: 'risk-manager', id: '<input>/<index>', of: 'the input is the request' }],
    groups: {
      orchestrator: { agent: 'orchestrator', does: 'sends the order, or ends the decision', orderedBy: 'desk' },
    },
    examples: [
      {
        requestId,
        ok: false,
        code: 'max_order',
        reason: 'notional 1249.75 is above the limit of 1000',
        riskScore: 1,
        ...envelope,
      },
    ],
  },
  'exec.orders': {
    purpose: 'Orders that risk has approved. Mode `http` submits over HTTP instead.',
    schema: execOrder,
    producers: ['orchestrator'],
    ids: [{ by: 'orchestrator', id: 'order:<orderId>' }],
    groups: {
      exec: {
        agent: 'trade-executor',
        does: 'takes the order, or denies it with the reason (at an exchange: by symbol, and it is sent afterwards)',
        orderedBy: 'account',
      },
    },
    examples: [
      {
        orderId: `${requestId}.0`,
        ...bought,
        type: 'market',
        requestId,
        sessionId: '0b6e7c1d-42aa',
        timeframe: '1h',
        referencePrice: '42475.23',
        notBeforeMs: 1704070800000,
        haltVersion: 0,
        exits: { stopPrice: '41800.5', takeProfitPrice: '44000', trailingDistance: '900', maxCandles: 48 },
        approval: { requestId, riskScore: 0.25 },
        ...envelope,
      },
    ],
  },
  'exec.status': {
    purpose:
      'States of an order: one when it is taken (`pending`), one a fill, one when it ends without a fill; at an exchange also one ' +
      'when it rests there, and one while its outcome is unknown (both `pending`). An exit that fills is ' +
      'an order of its own then, `<entry>.stop` and the like.',
    schema: execStatus,
    producers: ['trade-executor'],
    ids: [
      { by: 'trade-executor', id: 'status:<fillId>', of: 'of a fill' },
      { by: 'trade-executor', id: 'status:<orderId>:<state>', of: 'of any other state' },
    ],
    groups: {
      orchestrator: {
        agent: 'orchestrator',
        does: 'books fills in the order of their `fillSeq`, ends open orders, ends the decision that waits',
        orderedBy: 'desk',
      },
      portfolio: {
        agent: 'portfolio-manager',
        does: 'books the fill',
        takes: 'statuses with a fill',
        orderedBy: 'books',
      },
    },
    examples: [
      {
        orderId: `${requestId}.0`,
        status: 'filled',
        state: 'filled',
        ...bought,
        orderQty: '0.00588',
        requestId,
        sessionId: '0b6e7c1d-42aa',
        fillId: `${requestId}.0.f1`,
        fillSeq: 1,
        fillNumber: 1,
        price: '42496.47',
        feeQuote: '0.24987925',
        profit: '0',
        atMs: 1704070800000,
        exchange: 'paper',
        simulated: true,
        ...envelope,
      },
    ],
  },
  'exec.progress': {
    purpose:
      'Says that nothing more comes: the fills of a closed candle are all published (behind their statuses), or a halt is in ' +
      'force. The desk marks and decides only then.',
    schema: execProgress,
    producers: ['trade-executor'],
    ids: [
      { by: 'trade-executor', id: 'progress:<input>', of: 'the input is the `market.candles` message or the command' },
    ],
    groups: {
      orchestrator: { agent: 'orchestrator', does: 'lets the steps go on that wait for it', orderedBy: 'desk' },
    },
    examples: [
      {
        type: 'candles',
        source: 'replay',
        sessionId: '0b6e7c1d-42aa',
        timeframe: '1h',
        closeTimeMs: 1704070800000,
        lastFillSeq: 1,
        ...envelope,
      },
      { type: 'halt', haltVersion: 1, ...envelope },
    ],
  },
} as const satisfies Record<string, StreamContract>;
