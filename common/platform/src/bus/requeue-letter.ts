import type { BusObserver } from './bus-observer.js';
import type { DeskKeys } from './desk-keys.js';
import { type Identified, encodeMessage } from './encode-message.js';
import type { RedisScripts } from './redis-scripts.js';

export interface RequeueReply {
  readonly status: 'REQUEUED' | 'AGAIN' | 'NOTFOUND' | 'UNREADABLE';
  /** Entry of the requeue, this one or the first; null without one. */
  readonly entryId: string | null;
}

/** Puts one dead letter of a live stream back, with the message that announces it. Safe to repeat. */
export type RequeueLetter = (live: string, id: string, announcement?: Identified) => Promise<RequeueReply>;

/** The requeue script as a function. */
export function requeueLetterOf(parts: {
  readonly scripts: RedisScripts;
  readonly keys: DeskKeys;
  readonly observer: BusObserver;
}): RequeueLetter {
  const { scripts, keys, observer } = parts;
  return async (live, id, announcement) => {
    const also = announcement === undefined ? { keys: [], args: [] } : encodeMessage(keys, announcement);
    const [status, entryId = null] = (await scripts.run(
      'requeue',
      [keys.deadLetters(live), keys.stream(live), keys.requeued(live), ...also.keys],
      [id, ...also.args],
    )) as [RequeueReply['status'], string?];
    if (status === 'REQUEUED') observer.onRequeued({ stream: live });
    return { status, entryId };
  };
}
