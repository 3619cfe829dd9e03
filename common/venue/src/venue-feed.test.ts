import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { expect, test } from 'vitest';
import type { FeedReading } from './venue-api.js';
import { pauseMs, watchVenue } from './venue-feed.js';
import type { VenueEvent } from './venue.js';

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A socket that tells what it is told to, and can be lost. */
function aFeed() {
  const clock = new VirtualClock(0);
  const heard: unknown[] = [];
  const events: VenueEvent[] = [];
  const stop = new AbortController();
  let lose: (error: Error) => void = () => undefined;
  const counts = { opened: 0, closed: 0 };
  const client = {
    handleMessage: (_socket: unknown, message: unknown) => void heard.push(message),
    close: () => Promise.resolve(void (counts.closed += 1)),
  };
  const watching = watchVenue(
    {
      client,
      clock,
      nextUpdate: () =>
        new Promise((_resolve, reject) => {
          counts.opened += 1;
          lose = reject;
        }),
      openReader: () => ({ read: (message) => message as FeedReading }),
    },
    (event) => events.push(event),
    stop.signal,
  );
  const tell = (reading: FeedReading) => {
    client.handleMessage(undefined, reading);
  };
  return {
    clock,
    heard,
    events,
    stop,
    counts,
    watching,
    tell,
    lose: (reason: string) => {
      lose(new Error(reason));
    },
  };
}

const gap = (reason: string): VenueEvent => ({ type: 'gap', reason });

test('events go to the listener and to ccxt, and a feed that begins is a gap', async () => {
  const feed = aFeed();
  await settle();
  feed.tell({ events: [], subscribed: true });
  feed.tell({ events: [gap('x')] });
  expect(feed.events).toEqual([gap('the feed begins'), gap('x')]);
  expect(feed.heard).toHaveLength(2);
  feed.stop.abort();
  await feed.watching;
  expect(feed.counts).toEqual({ opened: 1, closed: 1 });
});

test('a lost socket is a gap, and is opened again after a pause, which tells again', async () => {
  const feed = aFeed();
  await settle();
  feed.tell({ events: [], subscribed: true });
  feed.lose('connection closed');
  await settle();
  expect(feed.events.at(-1)).toEqual(gap('connection closed'));
  await feed.clock.advance(500);
  await settle();
  expect(feed.counts).toEqual({ opened: 2, closed: 1 });
  feed.tell({ events: [], subscribed: true });
  feed.tell({ events: [], lost: 'terminated' });
  await settle();
  expect(feed.events.slice(-2)).toEqual([gap('the feed begins'), gap('terminated')]);
  expect(feed.heard).toHaveLength(3);
  feed.stop.abort();
  await feed.watching;
});

test('a venue that does not begin to tell is given up', async () => {
  const feed = aFeed();
  await settle();
  await feed.clock.advance(15_000);
  await settle();
  expect(feed.events).toEqual([gap('the venue did not begin to tell of orders')]);
  feed.stop.abort();
  await feed.watching;
});

test('pauses double up to half a minute, half of it by chance', () => {
  expect([0, 1, 2, 5, 6, 100].map((failures) => pauseMs(failures, () => 1))).toEqual([
    500, 1_000, 2_000, 16_000, 30_000, 30_000,
  ]);
  expect(pauseMs(1, () => 0)).toBe(500);
});
