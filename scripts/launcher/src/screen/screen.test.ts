import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { Session } from '../desk/desk-overview.js';
import { deskLine } from './desk-line.js';
import { formatAmount, formatBytes, formatDuration, formatRatio, shorten } from './format.js';
import { renderScreen } from './render-screen.js';
import type { ScreenState } from './screen-state.js';

const NOW = Date.parse('2026-01-31T12:34:56Z');
const COUNTERS = { candles: 1234, signals: 56, riskRequests: 40, riskRefused: 4, orders: 36, fills: 35, rejected: 1 };
const SESSION: Session = {
  sessionId: 's1',
  status: 'running',
  failure: null,
  mode: 'hybrid',
  symbols: ['BTC-USD', 'ETH-USD'],
  timeframe: '1h',
  strategy: 'momentum',
  source: 'simulator',
  lastCloseTimeMs: Date.parse('2024-03-01T05:00:00Z'),
  counters: COUNTERS,
  equityQuote: '1012.345678',
};

const STREAMS = [
  'analysis.progress',
  'analysis.signals',
  'audit.events',
  'exec.orders',
  'exec.progress',
  'exec.status',
  'market.candles',
  'notify.events',
  'opt.requests',
  'opt.results',
  'orchestrator.commands',
  'risk.requests',
  'risk.responses',
].map((stream) => ({
  stream,
  pending: stream === 'risk.requests' ? 3 : 0,
  lag: 0,
  dlq: stream === 'notify.events' ? 2 : 0,
}));

function aState(changes: Partial<ScreenState> = {}): ScreenState {
  const names = ['orchestrator', 'market-analyst', 'portfolio-manager', 'risk-manager', 'trade-executor'];
  names.push('notification-manager', 'parameter-optimizer', 'mcp-hub-controller');
  return {
    nowMs: NOW,
    startedAtMs: NOW - 83_000,
    agents: names.map((name, index) => ({
      name,
      state: index === 3 ? 'restarting' : 'ready',
      url: `http://127.0.0.1:${7001 + index}`,
      residentBytes: index === 3 ? undefined : 73 * 1024 * 1024,
      restarts: index === 3 ? 1 : 0,
    })),
    servers: [
      { name: 'redis', origin: 'Redis 7.0.15 from the system’s packages', residentBytes: 9e6, restarts: 0 },
      { name: 'postgres', origin: 'PostgreSQL of DATABASE_URL', residentBytes: undefined, restarts: undefined },
    ],
    session: SESSION,
    exchange: 'paper',
    overview: {
      simulated: true,
      sessions: [SESSION],
      pnl: {
        day: '2024-03-01',
        equityQuote: '1012.345678',
        pnlQuote: '-3.2',
        pnlRatio: -0.00315,
        realizedQuote: '1.5',
        unrealizedQuote: '-4.1',
        feesQuote: '0.6',
        halted: true,
        haltReason: 'daily_loss',
      },
      counters: COUNTERS,
      streams: STREAMS,
      recentTrades: [
        { orderId: 'o1', symbol: 'BTC-USD', side: 'buy', qty: '0.0025', price: '61234.5', feeQuote: '0.15', atMs: NOW },
        { orderId: 'o2', symbol: 'ETH-USD', side: 'sell', qty: '0.1', price: '3234.5', feeQuote: '0.32', atMs: NOW },
      ],
    },
    overviewProblem: undefined,
    events: [{ atMs: NOW, text: 'risk-manager ended (SIGKILL), starts again in 100 ms' }],
    hints: ['API: http://127.0.0.1:7001/docs', 'Ctrl-C drains and ends everything'],
    ...changes,
  };
}

const PLAIN = new Chalk({ level: 0 });
const COLOURED = new Chalk({ level: 3 });

describe('the live screen', () => {
  it('shows label, session, agents, figures, streams, trades, events and hints at 100 by 30', () => {
    const text = renderScreen(aState(), { columns: 100, rows: 30 }, PLAIN);
    expect(text).toMatchSnapshot();
  });

  it('is as wide and as high with colours, and never larger than the terminal', () => {
    const coloured = renderScreen(aState(), { columns: 100, rows: 30 }, COLOURED).split('\n');
    const plain = renderScreen(aState(), { columns: 100, rows: 30 }, PLAIN).split('\n');
    expect(coloured.map(stripVTControlCharacters)).toEqual(plain);
    expect(plain.length).toBeLessThan(30);
    expect(Math.max(...plain.map((line) => line.trimEnd().length))).toBeLessThan(100);
  });

  it('labels live data as paper trading', () => {
    const state = aState();
    const overview = state.overview === undefined ? undefined : { ...state.overview, simulated: false };
    const [title] = renderScreen({ ...state, overview }, { columns: 100, rows: 30 }, PLAIN).split('\n');
    expect(title).toContain(' PAPER ');
    expect(title).not.toContain('SIMULATED');
  });

  it('says LIVE and where, whatever the prices are, and claims nothing before it knows', () => {
    for (const [exchange, label] of [
      ['binance', ' LIVE BINANCE '],
      [undefined, ' ACCOUNT NOT KNOWN '],
    ] as const) {
      const state = { ...aState(), exchange };
      expect(renderScreen(state, { columns: 100, rows: 30 }, PLAIN).split('\n')[0]).toContain(label);
      expect(deskLine(state)).toContain(label.trim());
    }
  });

  it('says so when the orchestrator does not answer yet', () => {
    const waiting = aState({
      overview: undefined,
      session: undefined,
      overviewProblem: 'the orchestrator does not answer',
    });
    const text = renderScreen(waiting, { columns: 100, rows: 30 }, PLAIN);
    expect(text).toContain('STARTING');
    expect(text).toContain('the orchestrator does not answer');
  });
});

describe('the line for outputs that are no terminal', () => {
  it('has the figures of the desk', () => {
    expect(deskLine(aState())).toBe(
      '2026-01-31 12:34 UTC  SIMULATED  7/8 agents ready  candles 1,234  signals 56  orders 36  fills 35  ' +
        'equity 1,012.34  PnL -3.20 (-0.32 %)  pending 3  dead letters 2  HALTED: daily_loss',
    );
  });
});

describe('figures', () => {
  it('are grouped and cut, never rounded up', () => {
    expect(formatAmount('1234567.899')).toBe('1,234,567.89');
    expect(formatAmount('-0.5')).toBe('-0.50');
    expect(formatAmount('999', 0)).toBe('999');
    expect(formatAmount('not a number')).toBe('not a number');
  });

  it('have units', () => {
    expect(formatRatio(0.0125)).toBe('+1.25 %');
    expect(formatBytes(73.4 * 1024 * 1024)).toBe('73 MB');
    expect(formatBytes(undefined)).toBe('-');
    expect(formatDuration(3_723_000)).toBe('1:02:03');
    expect(formatDuration(83_000)).toBe('1:23');
    expect(shorten('abcdef', 4)).toBe('abc…');
  });
});
