import { z } from 'zod';
import { envelope, epochMs, symbolName, timeframeName } from './envelope.js';

export const analyzeCommand = z.looseObject({
  type: z.literal('analyze'),
  requestId: z.string().min(1),
  symbol: symbolName,
  sessionId: z.string(),
  strategy: z.string(),
  source: z.string(),
  timeframe: timeframeName,
  /** First open time whose candles feed the indicators of this session. */
  historyFromMs: epochMs,
  closeTimeMs: epochMs,
  ...envelope,
});
export type AnalyzeCommand = z.infer<typeof analyzeCommand>;

/** `haltVersion` rises by one with every halt and unhalt, so that readers can tell which of two they know. */
const haltFields = { haltVersion: z.number().int().nonnegative(), ...envelope };
export const haltCommand = z.looseObject({ type: z.literal('halt'), reason: z.string().optional(), ...haltFields });
export const unhaltCommand = z.looseObject({ type: z.literal('unhalt'), reason: z.string().optional(), ...haltFields });

/** Asks the analyst to feed candles for a session. */
export const watchCommand = z.looseObject({
  type: z.literal('watch'),
  sessionId: z.string(),
  source: z.string(),
  symbols: z.array(symbolName).min(1),
  timeframe: timeframeName,
  strategy: z.string(),
  historyFromMs: epochMs,
  /** Replay only: open times from (inclusive) and to (exclusive). */
  fromMs: epochMs.optional(),
  toMs: epochMs.optional(),
  ...envelope,
});
export type WatchCommand = z.infer<typeof watchCommand>;
export const unwatchCommand = z.looseObject({ type: z.literal('unwatch'), sessionId: z.string(), ...envelope });

/** The step that closed at `closeTimeMs` is done: a paced feed may publish the session's next candles. */
export const advanceCommand = z.looseObject({
  type: z.literal('advance'),
  sessionId: z.string(),
  closeTimeMs: epochMs,
  ...envelope,
});

export const orchestratorCommand = z.discriminatedUnion('type', [
  analyzeCommand,
  haltCommand,
  unhaltCommand,
  watchCommand,
  unwatchCommand,
  advanceCommand,
]);
export type OrchestratorCommand = z.infer<typeof orchestratorCommand>;
