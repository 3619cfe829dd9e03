import type { Bus, BusOptions } from './bus.js';
import { RedisBus } from './redis-bus.js';

/**
 * Opens the connections of one agent's bus; it connects in the background and again whenever Redis comes back.
 * Wait for Redis first (`waitForRedis`) where the start should wait.
 */
export function openBus(options: BusOptions): Bus {
  return new RedisBus(options);
}
