import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { z } from 'zod';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { benchVariables } from './bench/cycle/bench-home.js';

const document = z.record(z.string(), z.unknown());
/** What is looked at is the executor, not how long it waits for its turn. */
const WITHOUT_LIMITS = {
  rate_limits: {
    ...{ orders_per_minute: 100_000, weight_per_minute: 100_000 },
    weights: { candles: 1, markets: 1, order: 1, cancel: 1, query: 1, history: 1 },
  },
};

export interface LiveConfig {
  /** Folder of the checkout. */
  readonly root: string;
  /** Folder to write; what is in it is removed. */
  readonly target: string;
  readonly venue: string;
  /** The `live` block of the executor. */
  readonly live: Readonly<Record<string, unknown>>;
}

/** The shipped configuration, trading live at the venue with an account that no limit comes near. Answers its folder. */
export function writeLiveConfig({ root, target, venue, live }: LiveConfig): string {
  rmSync(target, { recursive: true, force: true });
  cpSync(join(root, 'config'), target, { recursive: true });
  const change = (file: string, fields: Readonly<Record<string, unknown>>): void => {
    const path = join(target, file);
    writeFileSync(path, dump({ ...document.parse(parseYaml(readFileSync(path, 'utf8'), file)), ...fields }));
  };
  change('orchestrator.yaml', { start_equity: 90_000 });
  change(`datasources/${venue}_spot.yaml`, WITHOUT_LIMITS);
  change('agents/trade-executor.yaml', {
    exchange: venue,
    live: { first_days: { max_order_quote: '1000000' }, ...live },
  });
  return target;
}

export interface LiveSetup {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly venue: string;
  readonly port: number;
  readonly servers: { readonly redisUrl: string; readonly databaseUrl: string };
  readonly names: { readonly prefix: string; readonly schema: string };
  readonly configDir: string;
  /** Of the agent's routes, the admin's too. */
  readonly token: string;
  readonly logLevel: string;
  /** Where the venue is, and the account's keys. */
  readonly exchange: { readonly url: string; readonly apiKey: string; readonly secret: string };
}

/** Environment of an executor that trades live at a simulated venue. */
export function liveVariables(setup: LiveSetup): Record<string, string | undefined> {
  const { root, env, venue, port, servers, names, configDir, token, logLevel, exchange } = setup;
  const name = venue.toUpperCase();
  return {
    ...benchVariables(env),
    ...{ NODE_ENV: 'production', LOG_LEVEL: logLevel, HOST: '127.0.0.1', PORT: String(port) },
    ...{ REDIS_URL: servers.redisUrl, DATABASE_URL: servers.databaseUrl },
    ...{ OCTANT_REDIS_PREFIX: names.prefix, OCTANT_PG_SCHEMA: names.schema, OCTANT_LIVE: venue },
    ...{ CONFIG_DIR: configDir, OPENAPI_DIR: join(root, 'openapi') },
    ...{ ADMIN_TOKEN: token, SERVICE_TOKEN: token, RISK_MANAGER_URL: 'http://127.0.0.1:1' },
    [`${name}_API_URL`]: exchange.url,
    [`${name}_API_KEY`]: exchange.apiKey,
    [`${name}_API_SECRET`]: exchange.secret,
  };
}
