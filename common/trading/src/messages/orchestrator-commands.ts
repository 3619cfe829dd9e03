import { z } from 'zod';
import { envelope, epochMs, symbolName, timeframeName } from './envelope.js';

const sessionId = z.string().describe('Session that it is for.');
const source = z.string().describe('Data source, a file name of `config/datasources`.');
const strategy = z.string().describe('Name of the strategy.');
const historyFromMs = epochMs.describe('First open time whose candles feed the indicators of this session.');

export const analyzeCommand = z
  .looseObject({
    type: z.literal('analyze'),
    requestId: z.string().min(1).describe('The decision: `<sessionId>.<symbol>.<closeTimeMs>`.'),
    symbol: symbolName,
    sessionId,
    strategy,
    source,
    timeframe: timeframeName,
    historyFromMs,
    closeTimeMs: epochMs.describe('Close of the last candle to look at.'),
    ...envelope,
  })
  .describe('Asks the analyst what the strategy says of one symbol.');
export type AnalyzeCommand = z.infer<typeof analyzeCommand>;

/** `haltVersion` rises by one with every halt and unhalt, so that readers can tell which of two they know. */
const haltFields = {
  reason: z.string().optional().describe('Why, for people.'),
  haltVersion: z.number().int().nonnegative().describe('Rises by one with every halt and unhalt.'),
  ...envelope,
};
export const haltCommand = z
  .looseObject({ type: z.literal('halt'), ...haltFields })
  .describe('From now on only reducing orders pass; resting buys are cancelled.');
export const unhaltCommand = z
  .looseObject({ type: z.literal('unhalt'), ...haltFields })
  .describe('The halt is lifted.');

export const watchCommand = z
  .looseObject({
    type: z.literal('watch'),
    sessionId,
    source,
    symbols: z.array(symbolName).min(1).describe('What to feed, in the order of the decisions.'),
    timeframe: timeframeName,
    strategy,
    historyFromMs,
    fromMs: epochMs.optional().describe('Replay only: first open time, inclusive.'),
    toMs: epochMs.optional().describe('Replay only: last open time, exclusive.'),
    ...envelope,
  })
  .describe('Asks the analyst to feed candles for a session.');
export type WatchCommand = z.infer<typeof watchCommand>;

export const unwatchCommand = z
  .looseObject({ type: z.literal('unwatch'), sessionId, ...envelope })
  .describe('The session is over: its feed ends, its resting orders are cancelled.');

export const advanceCommand = z
  .looseObject({
    type: z.literal('advance'),
    sessionId,
    closeTimeMs: epochMs.describe('Close of the step that is done.'),
    ...envelope,
  })
  .describe("A step is done: a paced feed may publish the session's next candles.");

export const orchestratorCommand = z.discriminatedUnion('type', [
  analyzeCommand,
  haltCommand,
  unhaltCommand,
  watchCommand,
  unwatchCommand,
  advanceCommand,
]);
export type OrchestratorCommand = z.infer<typeof orchestratorCommand>;
