import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { expect, test } from 'vitest';
import { part } from '../support/agent-desk.js';

const read = (path: string): unknown =>
  parseYaml(readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8'), path);
const jobs = part(read('prometheus/prometheus.yml'), 'scrape_configs') as readonly Record<string, unknown>[];
const compose = read('docker-compose.yml');
const services = part(compose, 'services') as Readonly<Record<string, unknown>>;

/** Service and port of every target, by job. */
const targets = jobs.flatMap((job) => {
  const fixed = ((job['static_configs'] ?? []) as { targets: string[] }[]).flatMap((entry) => entry.targets);
  return fixed.map((target) => [String(job['job_name']), target] as const);
});

test('every target is a service, and one that shares a network with Prometheus', () => {
  const networksOf = (service: string) => (part(services, service, 'networks') ?? []) as string[];
  const reached = new Set(networksOf('prometheus'));
  const lost = targets
    .map(([, target]) => target.split(':')[0] ?? '')
    .filter((name) => name !== 'localhost' && !networksOf(name).some((network) => reached.has(network)));
  expect(lost).toEqual([]);
});

test('every service that has metrics is scraped', () => {
  const byJob: Record<string, string[]> = {};
  for (const [job, target] of targets) (byJob[job] ??= []).push(target);
  expect(byJob).toEqual({
    agents: [
      'orchestrator:7000',
      'market-analyst:7000',
      'portfolio-manager:7000',
      'risk-manager:7000',
      'trade-executor:7000',
      'notification-manager:7000',
      'parameter-optimizer:7000',
      'mcp-hub-controller:7000',
    ],
    guardian: ['guardian:7000'],
    redis: ['redis_exporter:9121'],
    postgres: ['postgres_exporter:9187'],
    node: ['node_exporter:9100'],
    traefik: ['traefik:8083'],
    alertmanager: ['alertmanager:9093'],
    prometheus: ['localhost:9090'],
    loki: ['loki:3100'],
    alloy: ['alloy:12345'],
    grafana: ['grafana:3000'],
  });
});

test('each agent is known by its name', () => {
  const agents = jobs.find((job) => job['job_name'] === 'agents');
  const entries = part(agents, 'static_configs') as { targets: string[]; labels: { agent: string } }[];
  expect(entries.every(({ targets: [target], labels }) => target === `${labels.agent}:7000`)).toBe(true);
});

test('containers write their service into their log lines, where Alloy reads it', () => {
  expect(part(compose, 'x-logging', 'options', 'labels')).toBe('com.docker.compose.service');
});
