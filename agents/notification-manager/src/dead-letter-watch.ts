import type { Publisher } from '@octant/platform/agent/definition';
import type { Outgoing, StateReader } from '@octant/platform/bus/message';
import type { StreamAdmin } from '@octant/platform/bus/stream-admin';
import { newTraceId } from '@octant/platform/observe/trace-context';
import type { Clock } from '@octant/platform/time/clock';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';

/** Key of the dead-letter totals that were last reported. */
export const DEAD_LETTERS_KEY = 'notify:dead-letters';

type Totals = Readonly<Record<string, number>>;

export interface DeadLetterWatchParts {
  readonly streams: readonly string[];
  readonly admin: Pick<StreamAdmin, 'deadLetters'>;
  readonly state: StateReader;
  readonly bus: Publisher;
  readonly clock: Clock;
}

/**
 * One turn of the watch: a critical notice `dlq_growth` for every stream with more dead letters than reported last. Notices
 * and the new totals are written together, so a growth is reported once, restarts or not.
 */
export async function watchDeadLetters(parts: DeadLetterWatchParts): Promise<void> {
  const { version, value: known = {} } = await parts.state.read<Totals>(DEAD_LETTERS_KEY);
  const totals = await totalsOf(parts);
  if (parts.streams.every((stream) => (known[stream] ?? 0) === (totals[stream] ?? 0))) return;
  const grown = parts.streams.filter((stream) => (totals[stream] ?? 0) > (known[stream] ?? 0));
  const ts = new Date(parts.clock.now()).toISOString();
  const messages = grown.map((stream) =>
    noticeOf({ stream, total: totals[stream] ?? 0, before: known[stream] ?? 0, version, ts }),
  );
  // `stale`: another process reports them.
  await parts.bus.commit({ messages, state: [{ key: DEAD_LETTERS_KEY, expectedVersion: version, value: totals }] });
}

async function totalsOf({ streams, admin }: DeadLetterWatchParts): Promise<Totals> {
  const counts = await Promise.all(
    streams.map(async (stream) => [stream, (await admin.deadLetters(stream, 1)).total] as const),
  );
  return Object.fromEntries(counts.filter(([, total]) => total > 0));
}

function noticeOf(growth: {
  stream: string;
  total: number;
  before: number;
  version: number;
  ts: string;
}): Outgoing & { readonly id: string } {
  const { stream, total, before, version, ts } = growth;
  const grownBy = total - before;
  const payload: NotifyEvent = {
    type: 'dlq_growth',
    severity: 'critical',
    message: `${stream}: ${String(grownBy)} new dead ${grownBy === 1 ? 'letter' : 'letters'}, ${String(total)} in all`,
    context: { stream, deadLetterStream: `${stream}.dlq`, grownBy, total },
    ts,
    traceId: newTraceId(),
  };
  return {
    stream: 'notify.events',
    type: 'dlq_growth',
    id: `dlq_growth:${stream}:${String(total)}:${String(version)}`,
    payload,
  };
}
