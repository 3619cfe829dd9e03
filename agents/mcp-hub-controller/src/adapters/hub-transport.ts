import { callerHeader, serviceTokenHeader } from '@octant/platform/auth/authenticator';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { HubConfig } from '../config.js';
import { boundedFetch } from './bounded-fetch.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** More than this from one server in one connection is an error. */
const MOST_BYTES = 4 * 1024 * 1024;
const DEFAULT_PORT = '7000';

/** A transport that is not started, and what the program behind it has written to its standard error. */
export interface HubTransport {
  readonly transport: Transport;
  readonly stderrTail: () => string;
}

/** Makes the transport of one hub; the SDK is loaded at the first one. */
export async function makeTransport(hub: HubConfig, env: Variables): Promise<HubTransport> {
  if (hub.command !== undefined) return programTransport(hub, hub.command, env);
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const transport = new StreamableHTTPClientTransport(urlOf(hub, env), {
    requestInit: { headers: headersOf(hub, env) },
    fetch: boundedFetch(MOST_BYTES),
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 1,
    },
  });
  // The SDK's class says `sessionId: string | undefined` where its interface says `sessionId?: string`.
  return { transport: transport as unknown as Transport, stderrTail: () => '' };
}

async function programTransport(hub: HubConfig, command: string, env: Variables): Promise<HubTransport> {
  const { StdioClientTransport, getDefaultEnvironment } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const passed = Object.fromEntries(
    hub.pass_env.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const transport = new StdioClientTransport({
    command,
    args: hub.args,
    env: { ...getDefaultEnvironment(), ...passed },
    stderr: 'pipe',
    maxBufferSize: MOST_BYTES,
  });
  let tail = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-1000);
  });
  return { transport, stderrTail: () => tail };
}

/** Our own server listens where this agent does. */
function urlOf(hub: HubConfig, env: Variables): URL {
  if (hub.url !== undefined) return new URL(hub.url);
  const host = env['HOST'];
  const reachable = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  return new URL(`http://${name}:${env['PORT'] ?? DEFAULT_PORT}/mcp`);
}

function headersOf(hub: HubConfig, env: Variables): Record<string, string> {
  if (hub.own === true) {
    const token = env['SERVICE_TOKEN'] ?? env['ADMIN_TOKEN'];
    return { [callerHeader]: 'mcp-hub-controller', ...(token === undefined ? {} : { [serviceTokenHeader]: token }) };
  }
  const token = hub.token_env === undefined ? undefined : env[hub.token_env];
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
