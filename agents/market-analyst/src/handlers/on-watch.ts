import type { Incoming, Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { PermanentError } from '@octant/platform/errors/errors';
import type { AnalysisProgress } from '@octant/trading/messages/analysis';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import type { WatchCommand } from '@octant/trading/messages/orchestrator-commands';
import type { FeedStore } from '../adapters/feed-store.js';
import type { FeedSpec } from '../feeds/feed-spec.js';
import type { Feeds } from '../feeds/feeds.js';

export interface WatchPorts {
  readonly feeds: Pick<Feeds, 'prepare' | 'begin'>;
  readonly store: Pick<FeedStore, 'insert'>;
  /** @throws PermanentError for an unknown source or strategy. */
  readonly buildSpec: (watch: WatchCommand) => FeedSpec;
  /** ISO instant. */
  readonly now: () => string;
}

/** Opens a session's feed: its row and a paced feed's first step commit together. */
export function onWatch(ports: WatchPorts): (message: Incoming<WatchCommand>) => Promise<HandlerResult> {
  return async ({ payload, traceId }) => {
    const spec = ports.buildSpec(payload);
    try {
      const messages = await ports.feeds.prepare(spec);
      return {
        transaction: async (sql) => {
          await ports.store.insert(sql, spec, { status: 'running' });
          return messages;
        },
        onCommitted: () => {
          ports.feeds.begin(spec);
        },
      };
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const { message: reason, code } = error;
      return {
        transaction: async (sql) => {
          await ports.store.insert(sql, spec, { status: 'failed', reason });
          const envelope = { ts: ports.now(), traceId };
          return [failureNotice(spec, { reason, code }, envelope), failureProgress(spec, reason, envelope)];
        },
      };
    }
  };
}

/** Tells the orchestrator that this session has no feed. */
function failureProgress(
  { sessionId, symbols, strategy, historyFromMs }: FeedSpec,
  feedFailure: string,
  envelope: { ts: string; traceId: string },
): Outgoing {
  const payload: AnalysisProgress = {
    requestId: `feed.${sessionId}`,
    sessionId,
    symbol: symbols[0] ?? '',
    closeTimeMs: historyFromMs,
    strategy: strategy?.name ?? 'unknown',
    signal: 'none',
    feedFailure,
    ...envelope,
  };
  return { stream: 'analysis.progress', type: 'feed_failed', payload };
}

function failureNotice(
  { sessionId, source, symbols, timeframe }: FeedSpec,
  failure: { reason: string; code: string },
  envelope: { ts: string; traceId: string },
): Outgoing {
  const payload: NotifyEvent = {
    type: 'feed_failed',
    severity: 'critical',
    message: `Session ${sessionId} gets no candles: ${failure.reason}`,
    context: { sessionId, source, symbols, timeframe, code: failure.code },
    ...envelope,
  };
  return { stream: 'notify.events', type: 'feed_failed', payload };
}
