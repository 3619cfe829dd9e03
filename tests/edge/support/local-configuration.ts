import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderEdge } from '../../../deploy/secrets/render-edge.js';
import { AGENTS, type AgentName } from '../../../scripts/launcher/src/fleet/agents.js';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface EdgePorts {
  readonly web: number;
  readonly websecure: number;
  readonly ping: number;
  readonly metrics: number;
  readonly oauth2Proxy: number;
}

export interface LocalConfiguration {
  /** Where the changed copies go. */
  readonly folder: string;
  readonly certificates: string;
  readonly secrets: string;
  readonly ports: EdgePorts;
  readonly agentUrl: (agent: AgentName) => string;
  /** What the compose file gives to the one-shot that renders the configuration. */
  readonly environment: Readonly<Record<string, string>>;
}

type Change = readonly [from: string, to: string];

/**
 * Renders the product's own configuration of both programs into `folder`, and changes what only containers have: ports,
 * names of other containers, mounted folders. Nothing else.
 * @throws Error when something that is to be changed is not there: the files have moved on, and this has to follow.
 */
export function localiseConfiguration(local: LocalConfiguration): void {
  const { folder, ports, certificates, secrets } = local;
  const client = {
    id: readFileSync(join(secrets, 'oauth2_client_id'), 'utf8'),
    secret: readFileSync(join(secrets, 'oauth2_client_secret'), 'utf8'),
  };
  const { files } = renderEdge({ env: local.environment, templates: root, folder, client });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const address = (port: number) => `127.0.0.1:${String(port)}`;
  changeFile(join(folder, 'traefik.yml'), [
    ["':8080'", `'${address(ports.web)}'`],
    ["':8443'", `'${address(ports.websecure)}'`],
    ["':8082'", `'${address(ports.ping)}'`],
    ["':8083'", `'${address(ports.metrics)}'`],
    ['/etc/traefik/dynamic', join(folder, 'dynamic')],
    ['/acme/', `${folder}/`],
  ]);
  const proxyChanges: Change[] = [
    ['0.0.0.0:4180', address(ports.oauth2Proxy)],
    ['/run/secrets/oauth2_cookie_secret', join(secrets, 'oauth2_cookie_secret')],
  ];
  changeFile(join(folder, 'oauth2-proxy.cfg'), proxyChanges);
  const text = readFileSync(join(folder, 'oauth2-proxy.cfg'), 'utf8')
    .replace('/run/secrets/oauth2_client_secret', join(secrets, 'oauth2_client_secret'))
    .replace('/etc/oauth2-proxy/', `${join(root, 'oauth2-proxy')}/`);
  writeFileSync(join(folder, 'oauth2-proxy.cfg'), text);
  localiseDynamic(local, certificates);
}

function localiseDynamic({ folder, ports, agentUrl }: LocalConfiguration, certificates: string): void {
  const source = join(root, 'traefik', 'dynamic');
  const target = join(folder, 'dynamic');
  mkdirSync(target, { recursive: true });
  const changes: Change[] = [
    ['http://oauth2-proxy:4180', `http://127.0.0.1:${String(ports.oauth2Proxy)}`],
    ['/certs/', `${certificates}/`],
    ...AGENTS.map((agent): Change => [`http://${agent}:7000`, agentUrl(agent)]),
  ];
  const used = new Set<string>();
  for (const file of readdirSync(source)) {
    let text = readFileSync(join(source, file), 'utf8');
    for (const [from, to] of changes) {
      if (text.includes(from)) used.add(from);
      text = text.replaceAll(from, to);
    }
    writeFileSync(join(target, file), text);
  }
  const unused = changes.filter(([from]) => !used.has(from));
  if (unused.length > 0) throw new Error(`traefik/dynamic: expected ${unused.map(([from]) => from).join(', ')}`);
}

function changeFile(file: string, changes: readonly Change[]): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file}: expected ${from} in it, was not there`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(file, text);
}
