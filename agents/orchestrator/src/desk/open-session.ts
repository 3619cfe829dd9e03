import { AppError, PermanentError } from '@octant/platform/errors/errors';
import { resolveSymbol, UnknownSymbolError } from '@octant/trading/market/symbol';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { OrchestrationMode } from '@octant/trading/config/orchestrator-config';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { findUnlistedSymbol } from '@octant/trading/config/strategies-by-name';
import { parametersOf, strategyOf } from '@octant/trading/strategies/registry';
import type { OrchestratorSettings } from '../config.js';
import { RECENT_SESSIONS } from './desk-state.js';
import { audit } from './notices.js';
import { openSession, type Session, type SessionSpec } from './session-state.js';
import { stamp, type Turn } from './turn.js';

/** Body of `POST /orchestrate/run`. */
export interface RunRequest {
  readonly symbol?: string;
  readonly symbols?: readonly string[];
  readonly timeframe?: TimeframeName;
  readonly mode?: OrchestrationMode;
  readonly strategy?: string;
  readonly source?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Warm-ups of history that a live session's indicators start from. */
const LIVE_HISTORY_WARMUPS = 4;
const DAY_MS = 86_400_000;
const SIMULATION_AGE_MS = 365 * DAY_MS;

/**
 * Fills what the request leaves open from the configuration. @throws PermanentError 400 naming the field, the value and
 * what was expected.
 */
export function sessionSpecOf(
  request: RunRequest,
  { sessionId, settings, nowMs }: { sessionId: string; settings: OrchestratorSettings; nowMs: number },
): SessionSpec {
  const { desk } = settings;
  const strategy = knownStrategy(request.strategy ?? desk.strategy, settings);
  const source = request.source ?? desk.datasource;
  const feed = feedOf(source, settings);
  const timeframe = request.timeframe ?? desk.timeframe;
  checkRange(request);
  const symbols = canonicalSymbols(namedSymbols(request) ?? desk.symbols, settings.markets);
  const unlisted = findUnlistedSymbol(strategy, symbols, settings.markets);
  if (unlisted !== undefined) throw badRequest('symbols', unlisted);
  return {
    sessionId,
    mode: request.mode ?? desk.mode,
    symbols,
    timeframe,
    strategy: strategy.name,
    source,
    feed,
    historyFromMs: historyFrom(request, { feed, nowMs, timeframe, strategy }),
    fromMs: request.fromMs ?? null,
    toMs: request.toMs ?? null,
    createdAtMs: nowMs,
  };
}

function namedSymbols(request: RunRequest): readonly string[] | undefined {
  return request.symbols ?? (request.symbol === undefined ? undefined : [request.symbol]);
}

function knownStrategy(name: string, { strategies }: OrchestratorSettings): StrategyConfig {
  const strategy = strategies.get(name);
  if (strategy === undefined) throw unknownName('strategy', name, [...strategies.keys()]);
  if (!strategy.enabled) throw badRequest('strategy', `expected an enabled strategy, was ${name} with enabled: false`);
  return strategy;
}

function feedOf(source: string, { datasources }: OrchestratorSettings): SessionSpec['feed'] {
  const exchange = datasources.get(source);
  if (exchange === undefined) throw unknownName('source', source, [...datasources.keys()]);
  return exchange === 'replay' || exchange === 'simulator' ? exchange : 'live';
}

function checkRange({ fromMs, toMs }: RunRequest): void {
  if (fromMs === undefined || toMs === undefined || fromMs < toMs) return;
  throw badRequest('toMs', `expected more than fromMs ${String(fromMs)}, was ${String(toMs)}`);
}

interface HistoryOf {
  readonly feed: SessionSpec['feed'];
  readonly nowMs: number;
  readonly timeframe: TimeframeName;
  readonly strategy: StrategyConfig;
}

/** The open time from which the session's indicators are fed; a simulated market opens a year ago. */
function historyFrom(request: RunRequest, { feed, nowMs, timeframe, strategy }: HistoryOf): number {
  const candleMs = timeframeMs(timeframe);
  if (feed === 'live') {
    const candles = strategyOf(strategy).warmup(parametersOf(strategy)) * LIVE_HISTORY_WARMUPS;
    return Math.floor(nowMs / candleMs - candles) * candleMs;
  }
  if (request.fromMs !== undefined || feed === 'replay') return request.fromMs ?? 0;
  return Math.floor((nowMs - SIMULATION_AGE_MS) / DAY_MS) * DAY_MS;
}

function canonicalSymbols(named: readonly string[], markets: readonly string[]): readonly string[] {
  const symbols = named.map((name) => {
    try {
      return resolveSymbol(name, markets);
    } catch (error) {
      if (error instanceof UnknownSymbolError) throw badRequest('symbols', error.message);
      throw error;
    }
  });
  const twice = symbols.find((symbol, index) => symbols.indexOf(symbol) !== index);
  if (twice !== undefined) throw badRequest('symbols', `expected each symbol once, was ${twice} twice`);
  return symbols;
}

function unknownName(field: string, name: string, known: readonly string[]): PermanentError {
  return badRequest(field, `expected one of ${known.join(', ')}, was ${JSON.stringify(name)}`);
}

function badRequest(field: string, what: string): PermanentError {
  return new PermanentError(`${field}: ${what}`, { code: 'bad_request', details: { field } });
}

/**
 * Adds a running session to the desk and asks the analyst to feed it. The desk has one account and one time, so a paced
 * feed (replay, simulator) runs alone. @throws AppError 409 `conflict`.
 */
export function startSession(turn: Turn, spec: SessionSpec, trace: { traceId: string; actor: string }): Session {
  const { desk, sessions } = turn;
  const running = [...sessions.values()].find((other) => other.status === 'running');
  if (running !== undefined && (spec.feed !== 'live' || running.feed !== 'live')) {
    throw new AppError(
      `session ${running.sessionId} on ${running.source} is running: a replay or simulated session shares its desk with no other; stop it first`,
      { code: 'conflict', status: 409 },
    );
  }
  if (spec.feed === 'replay' && desk.ledger !== null) assertGoesOn(spec, desk.ledger.day.startMs);
  const session = openSession(spec);
  sessions.set(spec.sessionId, session);
  desk.runningSessionIds.push(spec.sessionId);
  desk.recentSessionIds = [spec.sessionId, ...desk.recentSessionIds].slice(0, RECENT_SESSIONS);
  turn.keep();
  publishWatch(turn, spec, { traceId: trace.traceId, id: `watch:${spec.sessionId}` });
  audit(turn, {
    eventId: `session-started:${spec.sessionId}`,
    actor: trace.actor,
    action: 'session.started',
    subject: spec.sessionId,
    details: { ...spec },
    atMs: turn.nowMs,
    traceId: trace.traceId,
  });
  return session;
}

/** The account's days are booked in order: a replay on an account that has traded begins on its running day or later. */
function assertGoesOn(spec: SessionSpec, dayStartMs: number): void {
  if ((spec.fromMs ?? 0) >= dayStartMs) return;
  const from = spec.fromMs === null ? 'the first stored candle' : new Date(spec.fromMs).toISOString();
  throw new AppError(
    `fromMs: expected ${String(dayStartMs)} (${new Date(dayStartMs).toISOString()}) or later, was ${from}: this account has traded up to then`,
    { code: 'conflict', status: 409, details: { field: 'fromMs' } },
  );
}

function publishWatch(turn: Turn, spec: SessionSpec, { traceId, id }: { traceId: string; id: string }): void {
  const { sessionId, source, symbols, timeframe, strategy, historyFromMs, fromMs, toMs } = spec;
  turn.messages.push({
    stream: 'orchestrator.commands',
    type: 'watch',
    id,
    payload: {
      type: 'watch',
      sessionId,
      source,
      symbols,
      timeframe,
      strategy,
      historyFromMs,
      ...(fromMs === null ? {} : { fromMs }),
      ...(toMs === null ? {} : { toMs }),
      ...stamp(turn, traceId),
    },
  });
}
