import { readdirSync } from 'node:fs';
import type { DoctorPlan } from './doctor-plan.js';
import type { Facts, Observation } from './facts.js';
import type { HostFacts } from './host-facts.js';
import { observeAgent } from './observe/observe-agents.js';
import { observeAlerting, observeScrapes } from './observe/observe-monitoring.js';
import { observePostgres } from './observe/observe-postgres.js';
import { observeRedis } from './observe/observe-redis.js';
import { observeGuardian, observeTrading } from './observe/observe-trading.js';

/** Asks everybody at the same time; who does not answer is a fact, too. */
export async function collectFacts(plan: DoctorPlan, host: HostFacts): Promise<Facts> {
  const never = 'no desk has run here yet: npm start makes one';
  const executor = plan.agents.get('trade-executor');
  const [redis, postgres, agents, alerting, scrapes, trading, guardian] = await Promise.all([
    lookAt(plan.redisUrl, never, (url) => observeRedis(url, plan.prefix)),
    lookAt(plan.databaseUrl, never, (url) => observePostgres(url, plan.schema)),
    Promise.all([...plan.agents].map(([name, url]) => observeAgent(name, url))),
    lookAt(plan.alertmanagerUrl, 'this desk has no Alertmanager', observeAlerting),
    lookAt(plan.prometheusUrl, 'this desk has no Prometheus', observeScrapes),
    lookAt(executor, 'this desk has no executor', observeTrading),
    lookAt(plan.guardianUrl, 'this desk has no guardian', observeGuardian),
  ]);
  return {
    desk: plan.desk,
    nowMs: Date.now(),
    nodeVersion: process.versions.node,
    host,
    redis,
    postgres,
    agents,
    alerting,
    scrapes,
    trading,
    guardian,
    knownMigrations: migrationsIn(plan.migrationsFolder),
  };
}

function lookAt<Value>(
  url: string | undefined,
  absent: string,
  look: (url: string) => Promise<Observation<Value>>,
): Promise<Observation<Value>> {
  return url === undefined ? Promise.resolve({ kind: 'absent', reason: absent }) : look(url);
}

function migrationsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.replace(/\.sql$/, ''))
    .sort();
}
