import type { Logger } from 'pino';
import type { Bus } from '../bus/bus.js';
import { openBus } from '../bus/open-bus.js';
import { openUsedTokens, type UsedTokens } from '../auth/used-tokens.js';
import { findUpward } from '../config/find-upward.js';
import { loadConfig, type LoadedConfig } from '../config/load-config.js';
import type { PlatformEnvironment } from '../config/platform-environment.js';
import { NodeAgentClient } from '../http/node-agent-client.js';
import { readApiDocument, type ApiDocument } from '../http/open-api-document.js';
import { createLogger } from '../observe/create-logger.js';
import { PlatformMetrics } from '../observe/platform-metrics.js';
import type { WatchedStreams } from '../observe/stream-metrics.js';
import { openDatabase, type OpenDatabase } from '../postgres/open-database.js';
import type { Clock } from '../time/clock.js';
import { systemClock } from '../time/system-clock.js';
import type { AgentDefinition, AgentWiring } from './definition.js';

/** What stands in for the real thing in tests. */
export interface PartOverrides {
  readonly clock?: Clock;
  /** Where log lines go; default standard output. */
  readonly write?: (line: string) => void;
  /** Stands in for Redis. */
  readonly bus?: (options: Parameters<typeof openBus>[0]) => Bus;
  /** Stands in for Postgres. */
  readonly database?: (options: Parameters<typeof openDatabase>[0]) => OpenDatabase;
}

/** What an agent is made of before it is wired; nothing of it waits for Redis or Postgres. */
export interface AgentParts<Config> {
  readonly env: PlatformEnvironment;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly document: ApiDocument;
  readonly config: LoadedConfig<Config>;
  readonly metrics: PlatformMetrics;
  readonly database: OpenDatabase;
  readonly bus: Bus;
  readonly client: NodeAgentClient;
  readonly usedTokens: UsedTokens;
}

/** @throws ConfigError for a configuration or OpenAPI file that cannot be used. */
export function openParts<Config>(
  definition: AgentDefinition<Config>,
  env: PlatformEnvironment,
  overrides: PartOverrides,
): AgentParts<Config> {
  const { name, watchedStreams } = definition;
  const { write, clock = systemClock } = overrides;
  const logger = createLogger({
    service: name,
    level: env.logLevel,
    secrets: env.secrets,
    ...(write === undefined ? {} : { write }),
  });
  const from = process.cwd();
  const document = readApiDocument(env.openapiDir ?? findUpward('openapi', { from, variable: 'OPENAPI_DIR' }), name);
  const configDir = env.configDir ?? findUpward('config', { from, variable: 'CONFIG_DIR' });
  const config = loadConfig(definition.config, { dir: configDir, log: logger });
  const metrics = new PlatformMetrics({ service: name, version: env.version });
  const database = (overrides.database ?? openDatabase)({
    connection: env.database,
    schema: env.databaseSchema,
    applicationName: `octant-${name}`,
    logger,
  });
  const bus = (overrides.bus ?? openBus)({
    redisUrl: env.redisUrl,
    prefix: env.redisPrefix,
    agent: name,
    logger,
    clock,
    database,
    durability: env.redisDurability,
    observer: metrics.busObserver(),
    ...(watchedStreams === undefined ? {} : { streamGroups: watchedStreams }),
  });
  const client = new NodeAgentClient({ caller: name, env: env.env, serviceToken: env.serviceToken });
  const usedTokens = openUsedTokens({ redisUrl: env.redisUrl, prefix: env.redisPrefix, logger });
  return { env, clock, logger, document, config, metrics, database, bus, client, usedTokens };
}

/** The agent's own streams and groups, and those it watches for others. */
export function watchedBy(wiring: AgentWiring, watched: WatchedStreams): WatchedStreams {
  const streams: Record<string, string[]> = {};
  for (const [stream, groups] of Object.entries(watched)) streams[stream] = [...groups];
  for (const { stream, group } of wiring.consumes) {
    const groups = (streams[stream] ??= []);
    if (!groups.includes(group)) groups.push(group);
  }
  return streams;
}
