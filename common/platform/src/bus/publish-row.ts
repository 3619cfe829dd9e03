import type { BusCore } from './bus-core.js';
import { encodeMessage } from './encode-message.js';
import type { OutboxRow } from './outbox.js';

/** Publishes a row of the outbox; waits for Redis as long as the bus is not stopping. Safe to repeat. */
export async function publishRow(core: BusCore, { message, traceId }: OutboxRow): Promise<void> {
  const { scripts, keys, stopping, closing } = core;
  const encoded = encodeMessage(keys, message, traceId);
  await scripts.runUntil({ name: 'publish', ...encoded }, () => stopping.aborted || closing.aborted);
}
