#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * Which service of a running desk reaches which port, asked from inside each container's network, beside what the networks of
 * the compose file allow: `node tests/deploy/reachability.js --project octant`. Ends with 1 at any difference.
 */
const targets = {
  redis: 6379,
  postgres: 5432,
  orchestrator: 7000,
  'market-analyst': 7000,
  'portfolio-manager': 7000,
  'risk-manager': 7000,
  'trade-executor': 7000,
  'notification-manager': 7000,
  'parameter-optimizer': 7000,
  'mcp-hub-controller': 7000,
  guardian: 7000,
  traefik: 8443,
  'oauth2-proxy': 4180,
  prometheus: 9090,
  alertmanager: 9093,
  redis_exporter: 9121,
  postgres_exporter: 9187,
  node_exporter: 9100,
};
/** The agent whose admin routes are asked without a token, and its metrics. */
const ADMIN = 'http://orchestrator:7000/admin/streams/pending?stream=notify.events&group=notify';
const METRICS = 'http://orchestrator:7000/metrics';

const { values: flags } = parseArgs({
  options: {
    project: { type: 'string', default: 'octant' },
    image: { type: 'string', default: 'node:20-bookworm-slim' },
    /** Something beyond the machine that takes connections. */
    outside: { type: 'string', default: '1.1.1.1:443' },
    json: { type: 'string' },
  },
});

const docker = (args) => execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Runs inside the other container's network: tries every target at once, a word each. */
const probe = `
const net = require('node:net');
const [targets, outside, urls] = JSON.parse(process.argv[1]);
const connect = (host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port: Number(port), timeout: 3000 });
  const end = (answer) => { socket.destroy(); resolve(answer); };
  socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
});
const ask = (url) => fetch(url, { signal: AbortSignal.timeout(3000) }).then((r) => r.status, () => 0);
(async () => {
  const reached = {};
  await Promise.all([
    ...Object.entries(targets).map(async ([name, port]) => { reached[name] = await connect(name, port); }),
    connect(...outside.split(':')).then((answer) => { reached.outside = answer; }),
  ]);
  reached.status = await Promise.all(urls.map(ask));
  process.stdout.write(JSON.stringify(reached));
})();`;

const compose = JSON.parse(docker(['compose', '--project-name', flags.project, 'config', '--format', 'json']));
const networksOf = (name) => Object.keys(compose.services[name]?.networks ?? {});
const share = (a, b) => networksOf(a).some((network) => networksOf(b).includes(network));

function expected(from) {
  const reached = Object.fromEntries(Object.keys(targets).map((to) => [to, from === to || share(from, to)]));
  return { ...reached, outside: networksOf(from).some((network) => compose.networks[network].internal !== true) };
}

function containerOf(name) {
  const filters = [`label=com.docker.compose.project=${flags.project}`, `label=com.docker.compose.service=${name}`];
  return docker(['ps', '-q', ...filters.flatMap((filter) => ['--filter', filter])])
    .trim()
    .split('\n')[0];
}

function measure(name) {
  const argument = JSON.stringify([targets, flags.outside, [ADMIN, METRICS]]);
  const network = `container:${containerOf(name)}`;
  const run = ['run', '--rm', '--network', network, '--entrypoint', 'node', flags.image, '-e', probe, argument];
  return JSON.parse(docker(run));
}

const running = [...Object.keys(targets), 'backup'].filter((name) => containerOf(name));
const rows = running.map((from) => {
  const { status, ...reached } = measure(from);
  const wanted = expected(from);
  const differences = Object.keys(wanted)
    .filter((to) => running.includes(to) || to === 'outside')
    .filter((to) => reached[to] !== wanted[to])
    .map((to) => `${from} → ${to}: expected ${wanted[to] ? 'an answer' : 'none'}, was ${reached[to] ? 'one' : 'none'}`);
  return { from, reached, admin: status[0], metrics: status[1], differences };
});

const columns = [...Object.keys(targets).filter((name) => running.includes(name)), 'outside'];
const mark = (row, to) => (row.reached[to] ? 'x' : '·');
const lines = [
  `| from | ${columns.join(' | ')} | admin route without token | /metrics |`,
  `|---|${columns.map(() => '---').join('|')}|---|---|`,
  ...rows.map((row) => {
    const cells = columns.map((to) => mark(row, to)).join(' | ');
    return `| ${row.from} | ${cells} | ${row.admin || '·'} | ${row.metrics || '·'} |`;
  }),
];
process.stdout.write(`${lines.join('\n')}\n`);
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);

const open = rows
  .filter(({ admin }) => admin >= 200 && admin < 400)
  .map(({ from }) => `${from}: an admin route answered without a token`);
const problems = [...rows.flatMap(({ differences }) => differences), ...open];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
