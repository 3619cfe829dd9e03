import { Authenticator } from '@octant/platform/auth/authenticator';
import type { AgentState } from '@octant/platform/agent/definition';
import { ConfigError } from '@octant/platform/config/config-error';
import { readConfig } from '@octant/platform/config/read-config';
import type { Variables } from '@octant/platform/config/secret-files';
import { checkOperations } from '@octant/platform/http/bind-operations';
import { createApp } from '@octant/platform/http/create-app';
import { checkHealth } from '@octant/platform/http/health';
import { listen } from '@octant/platform/http/http-server';
import { readApiDocument } from '@octant/platform/http/open-api-document';
import type { Operations } from '@octant/platform/http/operation';
import { createLogger } from '@octant/platform/observe/create-logger';
import { PlatformMetrics } from '@octant/platform/observe/platform-metrics';
import { redactor } from '@octant/platform/observe/redact-text';
import { systemClock } from '@octant/platform/time/system-clock';
import type { Logger } from 'pino';
import { guardianSettings, type GuardianSettings } from './config.js';
import { readGuardianEnvironment, type GuardianEnvironment } from './environment.js';
import { guardianMetrics } from './guardian-metrics.js';
import { openGuard, type Guard } from './open-guard.js';
import { statusRoutes } from './status-routes.js';

const NAME = 'guardian';
const TICK_MS = 1_000;
const CLOSE_MS = 5_000;
/** Calls a minute and address; nobody has many questions for it. */
const RATE_LIMIT = 6_000;

export interface RunningGuardian {
  readonly url: string;
  readonly logger: Logger;
  /** Rejects when it cannot go on: with a key that may withdraw. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts a guardian, which waits for nothing: neither for Redis nor for the venue.
 * @throws ConfigError for a wrong environment or configuration; PermanentError for an exchange that it does not know; Error
 * for an occupied port or a latch that is none.
 */
export async function startGuardian(source: Variables): Promise<RunningGuardian> {
  const env = readGuardianEnvironment(source);
  const logger = createLogger({ service: NAME, level: env.logLevel, secrets: env.secrets });
  const { config: settings, unknownKeys } = readConfig(guardianSettings, env.configDir);
  for (const key of unknownKeys.filter((text) => text.includes('agents/guardian.yaml'))) {
    logger.warn(`${key}: unknown field, ignored`);
  }
  const metrics = new PlatformMetrics({ service: NAME, version: env.version });
  const stopping = new AbortController();
  const parts = { settings, clock: systemClock, logger, metrics: guardianMetrics(metrics.registry) };
  const idleReason = idleReasonOf(settings, env);
  if (idleReason !== undefined) logger.warn(`guarding nothing: ${idleReason}`);
  const guard = idleReason === undefined ? await openGuard(env, { ...parts, stopping: stopping.signal }) : undefined;
  let state: AgentState = 'starting';
  const operations = statusRoutes({ settings, guard, idleReason, clock: systemClock });
  const app = appOf({ env, logger, metrics, operations, state: () => state });
  const server = await listen(app, { agent: NAME, host: env.host, port: env.port });
  state = 'ready';
  metrics.setState(state);
  logger.info({ url: server.url, exchange: settings.exchange }, `${NAME} is ready, HTTP at ${server.url}`);
  const watching = guard === undefined ? Promise.resolve() : watch(guard, stopping.signal);
  return {
    url: server.url,
    logger,
    failed: guard?.failed ?? new Promise(() => undefined),
    stop: async () => {
      state = 'draining';
      stopping.abort();
      await watching;
      await guard?.stop();
      await server.close(CLOSE_MS);
      metrics.close();
    },
  };
}

function idleReasonOf({ exchange }: GuardianSettings, { keys }: GuardianEnvironment): string | undefined {
  if (exchange === 'paper') return 'the executor trades on paper (exchange of config/agents/trade-executor.yaml)';
  return keys === undefined ? 'expected a key in GUARDIAN_API_KEY and GUARDIAN_API_SECRET, was none' : undefined;
}

async function watch(guard: Guard, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const startedMs = systemClock.monotonic();
    await guard.tick();
    await systemClock.sleep(TICK_MS - (systemClock.monotonic() - startedMs), stopping);
  }
}

interface AppParts {
  readonly env: GuardianEnvironment;
  readonly logger: Logger;
  readonly metrics: PlatformMetrics;
  readonly operations: Operations;
  readonly state: () => AgentState;
}

function appOf({ env, logger, metrics, operations, state }: AppParts) {
  const document = readApiDocument(env.openapiDir, NAME);
  checkOperations(document, operations, NAME);
  const redact = redactor(env.secrets);
  return createApp({
    agent: NAME,
    document,
    // It has no route that asks for a token.
    authenticator: new Authenticator({ adminToken: undefined, serviceToken: undefined, onFailure: () => undefined }),
    logger,
    registry: metrics.registry,
    observe: (sample) => {
      metrics.observeHttp(sample);
    },
    // Redis is no dependency: without it the guardian works on.
    health: () => checkHealth({ service: NAME, state, pings: () => ({}), redact }),
    operations: () => (state() === 'ready' ? operations : undefined),
    rateLimitPerMinute: RATE_LIMIT,
    validateResponses: env.env['OPENAPI_VALIDATE_RESPONSES'] === 'true',
  });
}

/** What a process that could not start has to say. */
export function describeFailedStart(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n  ');
  return redactor([])(error instanceof Error ? error.message : String(error));
}
