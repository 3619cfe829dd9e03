import { Counter, Gauge, type Registry } from 'prom-client';
import type { Phase } from './decide-watch.js';

const PHASES: readonly Phase[] = ['idle', 'watching', 'alarm', 'acting', 'tripped'];

export interface GuardianMetrics {
  observe(phase: Phase, silentMs: number): void;
  tripped(): void;
  canceled(count: number): void;
}

export function guardianMetrics(registry: Registry): GuardianMetrics {
  const registers = [registry];
  const phase = new Gauge({
    name: 'guardian_phase',
    help: '1 for what the guardian is doing.',
    labelNames: ['phase'],
    registers,
  });
  const silent = new Gauge({
    name: 'guardian_executor_silent_seconds',
    help: 'Time without a sign of life of the executor.',
    registers,
  });
  const trips = new Counter({ name: 'guardian_trips_total', help: 'Alarms on which it acted.', registers });
  const canceled = new Counter({
    name: 'guardian_canceled_orders_total',
    help: 'Orders that the guardian cancelled.',
    registers,
  });
  return {
    observe: (current, silentMs) => {
      for (const name of PHASES) phase.set({ phase: name }, name === current ? 1 : 0);
      silent.set(silentMs / 1000);
    },
    tripped: () => {
      trips.inc();
    },
    canceled: (count) => {
      canceled.inc(count);
    },
  };
}
