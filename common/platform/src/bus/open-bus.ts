import type { Bus, BusOptions } from './bus.js';

/**
 * Opens the connections of one agent's bus; it connects in the background and again whenever Redis comes back.
 * Wait for Redis first (`waitForRedis`) where the start should wait.
 */
export function openBus(options: BusOptions): Bus {
  throw new Error(`expected an implementation for ${options.agent}`);
}
