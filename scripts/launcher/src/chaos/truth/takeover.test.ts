import { describe, expect, it } from 'vitest';
import type { EventKind, WorkerEvent } from '../processes/event-log.js';
import { measureTakeovers } from './takeover.js';

const at = ([pid, atMs]: [pid: number, atMs: number], kind: EventKind, entryId: string): WorkerEvent => ({
  pid,
  atMs,
  kind,
  group: 'g',
  entryId,
  messageId: `m-${entryId}`,
});
const held = (...entryIds: string[]) => entryIds.map((entryId) => ({ group: 'g', entryId }));

describe('the time of a takeover', () => {
  it('is from the death to the first handling by another process', () => {
    const deaths = [{ pid: 1, atMs: 1_000, held: held('1-0', '2-0') }];
    const events = [
      at([1, 900], 'started', '1-0'),
      at([2, 3_100], 'started', '1-0'),
      at([3, 4_000], 'started', '1-0'),
      at([3, 1_400], 'started', '2-0'),
    ];
    expect(measureTakeovers({ deaths, events, outages: [] })).toEqual({
      samples: 2,
      p50Ms: 400,
      p99Ms: 2_100,
      mostMs: 2_100,
      p99MsInOutages: null,
    });
  });

  it('is counted from the last death when the next owner died, too', () => {
    const deaths = [
      { pid: 1, atMs: 1_000, held: held('1-0') },
      { pid: 2, atMs: 3_000, held: held('1-0') },
    ];
    const events = [at([1, 900], 'started', '1-0'), at([3, 3_500], 'started', '1-0')];
    expect(measureTakeovers({ deaths, events, outages: [] })).toMatchObject({ samples: 1, mostMs: 500 });
  });

  it('leaves out what waits for a retry, and puts what met an outage apart', () => {
    const deaths = [{ pid: 1, atMs: 1_000, held: held('1-0', '2-0') }];
    const events = [
      at([1, 900], 'started', '1-0'),
      at([1, 950], 'failed', '1-0'),
      at([2, 9_000], 'started', '1-0'),
      at([2, 5_000], 'started', '2-0'),
    ];
    const outages = [{ fromMs: 1_500, toMs: 4_500 }];
    expect(measureTakeovers({ deaths, events, outages })).toMatchObject({ samples: 0, p99MsInOutages: 4_000 });
  });
});
