import type { AgentState } from '../agent/definition.js';

/** Rejects when the dependency does not work. */
export type Ping = () => Promise<void>;

interface DependencyHealth {
  readonly status: 'ok' | 'failed';
  readonly latencyMs: number;
  readonly error?: string;
}

export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  readonly service: string;
  readonly state: AgentState;
  readonly uptimeSeconds: number;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly dependencies: Readonly<Record<string, DependencyHealth>>;
}

export interface HealthOptions {
  readonly service: string;
  readonly state: () => AgentState;
  readonly pings: () => Readonly<Record<string, Ping>>;
  /** Keeps secrets out of the error texts. */
  readonly redact: (text: string) => string;
  /** Longest wait for one dependency; all are asked at the same time. */
  readonly timeoutMs?: number;
}

/** Asks every dependency; `ok` only when the agent is ready and all answer in time. */
export async function checkHealth(options: HealthOptions): Promise<HealthReport> {
  const { service, state, pings, redact, timeoutMs = 1000 } = options;
  const checks = Object.entries(pings()).map(async ([name, ping]) => [name, await check(ping, timeoutMs)] as const);
  const results = await Promise.all(checks);
  const dependencies: Record<string, DependencyHealth> = {};
  for (const [name, { latencyMs, error }] of results) {
    const rounded = Math.round(latencyMs * 10) / 10;
    dependencies[name] =
      error === undefined
        ? { status: 'ok', latencyMs: rounded }
        : { status: 'failed', latencyMs: rounded, error: redact(error) };
  }
  const current = state();
  const healthy = current === 'ready' && results.every(([, { error }]) => error === undefined);
  return {
    status: healthy ? 'ok' : 'unavailable',
    service,
    state: current,
    uptimeSeconds: Math.round(process.uptime() * 10) / 10,
    timestamp: new Date().toISOString(),
    dependencies,
  };
}

async function check(ping: Ping, timeoutMs: number): Promise<{ latencyMs: number; error: string | undefined }> {
  const startedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`expected an answer within ${String(timeoutMs)} ms, was none`);
    }, timeoutMs);
  });
  const answer = ping().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const error = await Promise.race([answer, timeout]);
  clearTimeout(timer);
  return { latencyMs: performance.now() - startedMs, error };
}
