import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreeRow } from '../../../scripts/launcher/src/servers/free-port.js';
import type { AgentName } from '../../../scripts/launcher/src/fleet/agents.js';
import { ChildProgram } from './child-program.js';
import { askEdge } from './edge-request.js';
import { localiseConfiguration, type EdgePorts } from './local-configuration.js';
import { getProgram } from './programs.js';

export interface PairOptions {
  readonly certificates: string;
  readonly secrets: string;
  readonly ports: EdgePorts;
  readonly agentUrl: (agent: AgentName) => string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A row of free ports for one pair. */
export async function freeEdgePorts(): Promise<EdgePorts> {
  const first = await findFreeRow(5);
  return { web: first, websecure: first + 1, ping: first + 2, metrics: first + 3, oauth2Proxy: first + 4 };
}

/** The real Traefik and the real oauth2-proxy, with the product's configuration. */
export class EdgePair {
  readonly folder: string;
  readonly ports: EdgePorts;
  readonly traefik: ChildProgram;
  readonly oauth2Proxy: ChildProgram;

  private constructor(folder: string, { ports, environment }: PairOptions) {
    this.folder = folder;
    this.ports = ports;
    this.oauth2Proxy = new ChildProgram('oauth2-proxy', {
      file: getProgram('oauth2Proxy'),
      args: [`--config=${join(folder, 'oauth2-proxy.cfg')}`],
      env: {},
    });
    this.traefik = new ChildProgram('traefik', {
      file: getProgram('traefik'),
      args: [`--configFile=${join(folder, 'traefik.yml')}`],
      env: { ...environment, HTTPS_PORT: String(ports.websecure) },
    });
  }

  /** Resolves when both answer. @throws Error with what they wrote when they do not. */
  static async start(options: PairOptions): Promise<EdgePair> {
    const folder = mkdtempSync(join(tmpdir(), 'octant-edge-'));
    localiseConfiguration({ ...options, folder });
    const pair = new EdgePair(folder, options);
    const { oauth2Proxy } = options.ports;
    await pair.oauth2Proxy.awaitReady(() => expectOk(`http://127.0.0.1:${String(oauth2Proxy)}/ping`));
    // The ping answers before the first dynamic configuration, and with it the certificate, is in force.
    await pair.traefik.awaitReady(() => expectHooks(options));
    return pair;
  }

  async stop(): Promise<void> {
    await Promise.all([this.traefik.stop(), this.oauth2Proxy.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function expectHooks({ ports, certificates, environment }: PairOptions): Promise<void> {
  const ca = readFileSync(join(certificates, 'trust', 'ca.crt'), 'utf8');
  const host = `hooks.${environment['DOMAIN'] ?? ''}`;
  const reply = await askEdge({ port: ports.websecure, ca, sni: host, host, method: 'GET', path: '/' });
  if (reply.kind === 'tls' || reply.headers['strict-transport-security'] === undefined)
    throw new Error('no router yet');
}

async function expectOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  if (!response.ok) throw new Error(`${url}: ${String(response.status)}`);
}
