import { expect, test } from 'vitest';
import { LiveWorld } from '../testing/a-live-desk.js';
import { NO_FAULTS } from '../testing/venue-faults.js';

test('fills are asked for from a whole millisecond on, though the times of the store have fractions', async () => {
  const world = new LiveWorld();
  await world.clock.advance(0.25);
  const asked: number[] = [];
  const fillsSince = world.venue.fillsSince.bind(world.venue);
  world.venue.fillsSince = (query) => {
    asked.push(query.sinceMs);
    return fillsSince(query);
  };
  await world.start();
  // What the socket does not tell is asked for.
  world.venue.faults = { ...NO_FAULTS, eventLost: 1 };
  await world.submit({ orderId: 'o1' });
  await world.advance(20_000);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((sinceMs) => !Number.isInteger(sinceMs))).toEqual([]);
});
