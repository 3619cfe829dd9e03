import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from './crew.js';
import type { ChaosServers } from './open-servers.js';
import type { Fault, PlannedFault } from './plan/schedule.js';

const POLL_MS = 10;
/** A process works for so long before it is hurt: one that dies as it starts puts nothing to the test. */
const LEAST_LIFE_MS = 700;
/** Faults that may be late at once, beside one a worker. */
const LATE_FAULTS = 3;
/** Share of the messages that come after the last fault. */
const LAST_SHARE = 0.03;

/** A fault that was done; ms since the load began. */
export interface DoneFault extends PlannedFault {
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface InjectionOptions {
  readonly faults: readonly PlannedFault[];
  readonly messages: number;
  readonly crew: Crew;
  readonly servers: ChaosServers;
  readonly flush: () => Promise<void>;
  /** Told of every fault that was done. */
  readonly onDone: (fault: DoneFault) => void;
  readonly signal: AbortSignal;
}

/**
 * Does every fault when so many roots are published, and holds the load back while faults are late: each happens under
 * load, on a slow machine, too. Faults of one process or server wait for each other, and a process is only hurt when it
 * works. Resolves when the last one is done.
 */
export async function injectFaults(options: InjectionOptions): Promise<void> {
  const { faults, messages, crew, signal } = options;
  const unfinished = new Set(faults);
  const lanes = new Map<string, Promise<void>>();
  const beganAt = performance.now();
  const now = (): number => Math.round(performance.now() - beganAt);
  let failure: Error | undefined;
  const allow = (): void => {
    const last = unfinished.size === 0 ? messages : Math.floor(messages * (1 - LAST_SHARE));
    crew.allow('faults', Math.min(last, [...unfinished][crew.workers.length + LATE_FAULTS]?.atMessage ?? last));
  };
  allow();
  for (const planned of faults) {
    while (crew.published < planned.atMessage) {
      signal.throwIfAborted();
      if (failure !== undefined) throw failure;
      await sleep(POLL_MS);
    }
    const lane = laneOf(planned.fault);
    const inject = async (): Promise<void> => {
      const startedMs = now();
      await doFault(planned.fault, options);
      options.onDone({ ...planned, startedMs, endedMs: now() });
      unfinished.delete(planned);
      allow();
    };
    const turn = (lanes.get(lane) ?? Promise.resolve()).then(inject);
    turn.catch((error: unknown) => (failure ??= error instanceof Error ? error : new Error(String(error))));
    lanes.set(lane, turn);
  }
  await Promise.all(lanes.values());
}

function laneOf(fault: Fault): string {
  switch (fault.kind) {
    case 'worker_kill':
    case 'worker_stall':
      return `worker ${fault.worker}`;
    case 'redis_kill':
    case 'flush':
      return 'redis';
    case 'postgres_stop':
      return 'postgres';
    case 'producer_kill':
      return 'producer';
  }
}

async function doFault(fault: Fault, { crew, servers, flush, signal }: InjectionOptions): Promise<void> {
  switch (fault.kind) {
    case 'worker_kill': {
      const worker = workerOf(crew, fault.worker);
      await worker.settled(LEAST_LIFE_MS, signal);
      return worker.kill(fault.downMs);
    }
    case 'worker_stall': {
      const worker = workerOf(crew, fault.worker);
      await worker.settled(LEAST_LIFE_MS, signal);
      return worker.stall(fault.stallMs);
    }
    case 'producer_kill':
      await crew.producer.settled(LEAST_LIFE_MS, signal);
      return crew.producer.kill(fault.downMs);
    case 'redis_kill':
      return servers.redis.fail('SIGKILL', fault.downMs);
    case 'postgres_stop':
      // To the postmaster SIGQUIT is an immediate stop: no checkpoint, recovery at the next start.
      return servers.postgres.fail(fault.how === 'immediate' ? 'SIGQUIT' : 'SIGKILL', fault.downMs);
    case 'flush':
      return flush();
  }
}

function workerOf(crew: Crew, index: number) {
  const worker = crew.workers[index];
  if (worker === undefined) throw new RangeError(`expected a worker below ${crew.workers.length}, was ${index}`);
  return worker;
}
