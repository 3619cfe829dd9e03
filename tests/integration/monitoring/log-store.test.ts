import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@octant/platform/observe/create-logger';
import { runInContext } from '@octant/platform/observe/request-context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreeRow } from '../../../scripts/launcher/src/servers/free-port.js';
import { part } from '../../support/agent-desk.js';
import { programOf } from '../../support/monitoring/programs.js';

const loki = programOf('loki');
const config = fileURLToPath(new URL('../../../loki/loki.yml', import.meta.url));
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Lines as an agent writes them. */
function linesOf(service: string, write: (log: ReturnType<typeof createLogger>) => void): readonly string[] {
  const lines: string[] = [];
  write(createLogger({ service, level: 'info', secrets: [], write: (line) => lines.push(line.trim()) }));
  return lines;
}

describe.skipIf(loki.isAbsent)(`Loki with the configuration of this repository (${loki.needs})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'octant-loki-'));
  let running: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const port = await findFreeRow(2);
    const text = readFileSync(config, 'utf8')
      .replaceAll('/loki', folder)
      .replace('http_listen_port: 3100', `http_listen_port: ${String(port)}\n  http_listen_address: 127.0.0.1`)
      .replace('grpc_listen_port: 9096', `grpc_listen_port: ${String(port + 1)}`);
    writeFileSync(join(folder, 'loki.yml'), text);
    running = spawn(loki.path, [`-config.file=${folder}/loki.yml`, '-config.expand-env=true'], { stdio: 'ignore' });
    url = `http://127.0.0.1:${String(port)}`;
    await until(async () => (await fetch(`${url}/ready`)).ok);
  }, 90_000);

  afterAll(async () => {
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  async function until(done: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await done().catch(() => false))) {
      if (performance.now() > deadline) throw new Error('waited a minute in vain for Loki');
      await sleep(200);
    }
  }

  /** What Alloy sends: labels for service and level, ids as structured metadata, the line as it is. */
  async function push(lines: readonly string[]): Promise<void> {
    const streams = lines.map((line) => {
      const { service, level, time, requestId, traceId } = JSON.parse(line) as Record<string, string>;
      const ids = Object.fromEntries(Object.entries({ requestId, traceId }).filter(([, id]) => id !== undefined));
      return { stream: { service, level }, values: [[`${String(Date.parse(time ?? ''))}000000`, line, ids]] };
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/loki/api/v1/push`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ streams }),
    });
    expect(answer.status).toBe(204);
  }

  /** Service and message of every line that the query finds, sorted. */
  async function find(query: string): Promise<readonly string[]> {
    const answer: unknown = await (
      await fetch(`${url}/loki/api/v1/query_range?${String(new URLSearchParams({ query }))}`)
    ).json();
    const streams = part(answer, 'data', 'result') as { values: [string, string][] }[];
    return streams
      .flatMap(({ values }) => values.map(([, line]) => JSON.parse(line) as Record<string, string>))
      .map(({ service, msg }) => `${service ?? ''}: ${msg ?? ''}`)
      .sort();
  }

  it('finds a line by its request id, and all lines of a trace, whichever agent wrote them', async () => {
    const lines = [
      ...linesOf('orchestrator', (log) => {
        runInContext({ requestId: 'request-1', traceId: TRACE_ID }, () => log.info('sizing'));
        log.info('something else');
      }),
      ...linesOf('risk-manager', (log) => {
        runInContext({ requestId: 'request-2', traceId: TRACE_ID }, () => log.warn('refused'));
      }),
    ];
    await push(lines);
    await until(async () => (await find('{service=~".+"}')).length === 3);
    expect(await find('{service=~".+"} | requestId="request-1"')).toEqual(['orchestrator: sizing']);
    expect(await find(`{service=~".+"} | traceId="${TRACE_ID}"`)).toEqual([
      'orchestrator: sizing',
      'risk-manager: refused',
    ]);
    expect(await find('{service="risk-manager", level="warn"}')).toEqual(['risk-manager: refused']);
    expect(await find('{service=~".+"} |= "request-2"')).toEqual(['risk-manager: refused']);
  });

  it('deletes what is older than two weeks', async () => {
    const running = await (await fetch(`${url}/config`)).text();
    expect(running).toMatch(/^ {2}retention_enabled: true$/m);
    expect(running).toMatch(/^ {2}retention_period: 2w$/m);
  });
});
