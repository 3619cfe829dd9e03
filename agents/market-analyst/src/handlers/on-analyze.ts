import type { Incoming, Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { AnalysisProgress, AnalysisSignal } from '@octant/trading/messages/analysis';
import type { AnalyzeCommand } from '@octant/trading/messages/orchestrator-commands';
import type { Analyst } from '../signals/analyst.js';

export interface AnalyzePorts {
  readonly analyst: Pick<Analyst, 'analyze'>;
  /** ISO instant. */
  readonly now: () => string;
}

/** Answers every analysis with its progress, and a buy or sell with a signal before it. */
export function onAnalyze(ports: AnalyzePorts): (message: Incoming<AnalyzeCommand>) => Promise<HandlerResult> {
  return async ({ payload, traceId }) => {
    const { requestId, sessionId, symbol, closeTimeMs, strategy } = payload;
    const verdict = await ports.analyst.analyze(payload);
    const common = { requestId, sessionId, symbol, closeTimeMs, strategy, ts: ports.now(), traceId };
    const progress: AnalysisProgress = { ...common, signal: verdict.signal };
    const messages: Outgoing[] = [{ stream: 'analysis.progress', type: 'progress', payload: progress }];
    if (verdict.signal !== 'none') {
      const { signal: side, confidence = 1, price, exits } = verdict;
      const signal: AnalysisSignal = {
        ...common,
        side,
        confidence,
        price,
        ...(exits === undefined ? {} : { exits }),
      };
      messages.unshift({ stream: 'analysis.signals', type: 'signal', payload: signal });
    }
    return { messages };
  };
}
