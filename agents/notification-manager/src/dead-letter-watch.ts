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
  /** Writes messages to the outbox. */
  readonly keep: (messages: readonly (Outgoing & { readonly id: string })[]) => Promise<unknown>;
}

/**
 * One turn of the watch: a critical notice `dlq_growth` for every stream with more dead letters than reported last. Notices
 * and the new totals are written together, so a growth is reported once, restarts or not. The notices are in Postgres
 * before, under the newest letter's id: an emptied Redis has neither, and forgets none that was told of.
 */
export async function watchDeadLetters(parts: DeadLetterWatchParts): Promise<void> {
  const { version, value: known = {} } = await parts.state.read<Totals>(DEAD_LETTERS_KEY);
  const newest = await newestOf(parts);
  const totals: Totals = Object.fromEntries(newest.map(({ stream, total }) => [stream, total]));
  if (parts.streams.every((stream) => (known[stream] ?? 0) === (totals[stream] ?? 0))) return;
  const grown = newest.filter(({ stream, total }) => total > (known[stream] ?? 0));
  const ts = new Date(parts.clock.now()).toISOString();
  const messages = grown.map((letters) => noticeOf(letters, { before: known[letters.stream] ?? 0, ts }));
  if (messages.length > 0) await parts.keep(messages);
  // `stale`: another process reports them.
  await parts.bus.commit({ messages, state: [{ key: DEAD_LETTERS_KEY, expectedVersion: version, value: totals }] });
}

interface Letters {
  readonly stream: string;
  readonly total: number;
  readonly newestId: string;
}

/** Of the streams that have dead letters. */
async function newestOf({ streams, admin }: DeadLetterWatchParts): Promise<readonly Letters[]> {
  const all = await Promise.all(
    streams.map(async (stream) => {
      const { total, entries } = await admin.deadLetters(stream, 1);
      return { stream, total, newestId: entries[0]?.id ?? '' };
    }),
  );
  return all.filter(({ total }) => total > 0);
}

function noticeOf(
  { stream, total, newestId }: Letters,
  { before, ts }: { before: number; ts: string },
): Outgoing & { readonly id: string } {
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
    id: `dlq_growth:${stream}:${newestId}`,
    payload,
  };
}
