import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Above 10080, the one port of these that `fetch` refuses to ask. */
const LOWEST_PORT = 10_100;
const HIGHEST_PORT = 65_535;
/** Where the system's own range is not told: below what Linux, macOS and Windows give to outgoing connections. */
const USUAL_PORTS: PortRange = { from: LOWEST_PORT, to: 32_767 };
const LEAST_CHOICE = 1_000;
const MOST_TRIES = 1_000;

interface PortRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** Whether this process could listen there now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** A port of the loopback address that nobody listens on; `preferred` when it is free. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  return findFreeRow(1);
}

/**
 * The first of `count` neighbouring ports of the loopback address that nobody listens on. They are not of the range
 * that the system gives to outgoing connections: a server that is started again there would sometimes find its port
 * taken, for as long as some client's connection lasts.
 *
 * @throws Error when none was found in a thousand tries.
 */
export async function findFreeRow(count: number): Promise<number> {
  const { from, to } = portsForServers(outgoingPorts());
  for (let turn = 0; turn < MOST_TRIES; turn += 1) {
    const base = randomInt(from, to - count + 2);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(base + index)));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`expected ${String(count)} neighbouring free ports in ${String(from)} to ${String(to)}, found none`);
}

/** The larger part of the unprivileged ports beside `outgoing`; all of them when hardly any are left. */
export function portsForServers(outgoing: PortRange | undefined): PortRange {
  if (outgoing === undefined) return USUAL_PORTS;
  const below = { from: LOWEST_PORT, to: outgoing.from - 1 };
  const above = { from: Math.max(LOWEST_PORT, outgoing.to + 1), to: HIGHEST_PORT };
  const larger = below.to - below.from >= above.to - above.from ? below : above;
  return larger.to - larger.from >= LEAST_CHOICE ? larger : { from: LOWEST_PORT, to: HIGHEST_PORT };
}

/** Undefined where the system does not tell. */
function outgoingPorts(): PortRange | undefined {
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const [from, to] = text.trim().split(/\s+/).map(Number);
    return from !== undefined && to !== undefined && from > 0 && to > from ? { from, to } : undefined;
  } catch {
    return undefined; // not Linux
  }
}
