import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Longer than any client of ours keeps an idle connection, so that it is the client who closes. */
const keepAliveTimeoutMs = 65_000;
const headersTimeoutMs = 15_000;
const requestTimeoutMs = 60_000;

export interface HttpServer {
  /** `http://<host>:<port>` as bound. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets running requests finish until the deadline, then cuts. Resolves to whether none was cut. */
  close(deadlineMs: number): Promise<boolean>;
}

/**
 * Listens on host and port (0 = any free one).
 * @throws Error naming agent, host and port when the port is taken or may not be used.
 */
export async function listen(
  listener: RequestListener,
  { agent, host, port }: { agent: string; host: string; port: number },
): Promise<HttpServer> {
  const running = new Set<ServerResponse>();
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs, noDelay: true }, (request, response) => {
    running.add(response);
    response.once('close', () => running.delete(response));
    if (!server.listening) response.setHeader('Connection', 'close');
    listener(request, response);
  });
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      reject(new Error(listenProblem(error, { agent, host, port }), { cause: error }));
    };
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${String(address.port)}`,
    port: address.port,
    close: (deadlineMs) => closeServer(server, running, deadlineMs),
  };
}

function listenProblem(
  error: NodeJS.ErrnoException,
  { agent, host, port }: { agent: string; host: string; port: number },
): string {
  const place = `port ${String(port)} on ${host}`;
  if (error.code === 'EADDRINUSE') return `${agent}: expected ${place} to be free, was in use by another program`;
  if (error.code === 'EACCES') return `${agent}: expected ${place} to be allowed, was refused by the system`;
  return `${agent}: expected to listen on ${place}, was ${error.message}`;
}

async function closeServer(server: Server, running: ReadonlySet<ServerResponse>, deadlineMs: number): Promise<boolean> {
  let clean = true;
  // A kept-alive connection would stay open after its answer.
  for (const response of running) if (!response.headersSent) response.setHeader('Connection', 'close');
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      clean = false;
      server.closeAllConnections();
    }, deadlineMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
  return clean;
}
