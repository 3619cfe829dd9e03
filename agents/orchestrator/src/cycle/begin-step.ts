import { TransientError } from '@octant/platform/errors/errors';
import type { AnalyzeCommand } from '@octant/trading/messages/orchestrator-commands';
import type { Analysis, Session, StepCandles } from '../desk/session-state.js';
import type { Message } from '../desk/desk-state.js';
import { ledgerAt } from '../desk/ledger-turn.js';
import { stamp, type Turn } from '../desk/turn.js';
import { exitTermsOf, type ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { OrderSide } from '@octant/trading/messages/envelope';
import { requestIdOf } from '@octant/trading/exchange/order-id';
import { equityOf } from '@octant/trading/portfolio/ledger';

/** Starts a step: counts its candles and asks for an analysis of each symbol, over HTTP or by stream. */
export async function beginStep(turn: Turn, session: Session, candles: StepCandles): Promise<void> {
  const symbols = session.symbols.filter((symbol) => candles.closes[symbol] !== undefined);
  const ledger = ledgerAt(turn, candles.openTimeMs);
  if (session.startedAtMs === null) {
    session.startedAtMs = candles.openTimeMs;
    session.startEquityQuote = equityOf(ledger);
  }
  session.counters.candles += symbols.length;
  session.cycles = Object.fromEntries(symbols.map((symbol) => [symbol, 'analyzing' as const]));
  const stale = session.feed === 'live' && turn.nowMs - candles.publishedAtMs > turn.settings.desk.cycle_timeout_ms;
  const analyses = stale
    ? Object.fromEntries(symbols.map((symbol) => [symbol, { state: 'none' } as const]))
    : await askAnalyses(turn, session, { symbols, candles });
  session.step = {
    ...candles,
    symbols,
    startedAtMs: turn.nowMs,
    analyses,
    marked: false,
    cursor: 0,
    decision: null,
  };
}

interface StepSymbols {
  readonly symbols: readonly string[];
  readonly candles: StepCandles;
}

async function askAnalyses(turn: Turn, session: Session, step: StepSymbols): Promise<Record<string, Analysis>> {
  const answers = await Promise.all(
    step.symbols.map(async (symbol): Promise<[string, Analysis]> => {
      const command = analyzeCommandOf(turn, session, { symbol, candles: step.candles });
      return [symbol, await askAnalysis(turn, session, command)];
    }),
  );
  return Object.fromEntries(answers);
}

async function askAnalysis(turn: Turn, session: Session, command: AnalyzeCommand): Promise<Analysis> {
  if (session.mode !== 'pubsub') {
    try {
      const answer = await turn.agents.analyze(command);
      if (answer.signal === 'none') return { state: 'none' };
      session.counters.signals += 1;
      return signalOf({ side: answer.signal, confidence: answer.confidence ?? 0, exits: answer.exits });
    } catch (error) {
      if (session.mode === 'http' || !(error instanceof TransientError)) throw error;
    }
  }
  turn.messages.push(messageOf(command));
  return { state: 'pending' };
}

/** A signal as the step keeps it; exits are those of a buy. */
export function signalOf(signal: {
  readonly side: OrderSide;
  readonly confidence: number;
  readonly exits?: ExitTerms | undefined;
}): Analysis {
  const { side, confidence, exits } = signal;
  const kept = { state: 'signal', side, confidence } as const;
  return side === 'buy' && exits !== undefined ? { ...kept, exits: exitTermsOf(exits) } : kept;
}

/** The question for an analysis, for the stream. */
export function analyzeMessage(turn: Turn, session: Session, asked: { symbol: string; candles: StepCandles }): Message {
  return messageOf(analyzeCommandOf(turn, session, asked));
}

function messageOf(command: AnalyzeCommand): Message {
  return { stream: 'orchestrator.commands', type: 'analyze', id: `analyze:${command.requestId}`, payload: command };
}

function analyzeCommandOf(
  turn: Turn,
  session: Session,
  { symbol, candles }: { symbol: string; candles: StepCandles },
): AnalyzeCommand {
  return {
    type: 'analyze',
    requestId: requestIdOf({ sessionId: session.sessionId, symbol, closeTimeMs: candles.closeTimeMs }),
    symbol,
    sessionId: session.sessionId,
    strategy: session.strategy,
    source: session.source,
    timeframe: session.timeframe,
    historyFromMs: session.historyFromMs,
    closeTimeMs: candles.closeTimeMs,
    ...stamp(turn, candles.traceId),
  };
}
