import { randomBytes } from 'node:crypto';
import type { DeskName } from '../desk/drop-desk.js';

/** Different for every replay, sorts by time, and fits Redis keys and SQL names: `20261122193800_4f2a`. */
export function newReplayId(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14);
  return `${time}_${randomBytes(2).toString('hex')}`;
}

export function replayDesk(id: string): DeskName {
  return { prefix: `octant:replay-${id}:`, schema: `octant_replay_${id}` };
}
