import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { callerHeader, serviceTokenHeader } from '../auth/authenticator.js';
import type { Secret } from '../config/secret.js';
import type { Variables } from '../config/secret-files.js';
import { AppError, TransientError } from '../errors/errors.js';
import { currentContext } from '../observe/request-context.js';
import { makeTraceparent } from '../observe/trace-context.js';
import type { AgentHttpClient } from './agent-http-client.js';
import { errorOfReply } from './client-errors.js';

type CallRequest = Parameters<AgentHttpClient['call']>[0];

export interface NodeAgentClientOptions {
  /** Name of the agent that calls. */
  readonly caller: string;
  readonly env: Variables;
  readonly serviceToken: Secret | undefined;
  /** Default of `timeoutMs`, 5,000 ms from call to the last byte. */
  readonly timeoutMs?: number;
}

const maxReplyBytes = 32 * 1024 * 1024;
const maxSockets = 32;
const maxFreeSockets = 8;

/** Calls over kept-alive connections of node:http: on the path of every candle, and lighter than fetch by some 5 MB. */
export class NodeAgentClient implements AgentHttpClient {
  readonly #options: NodeAgentClientOptions;
  readonly #connections = new Agent({ keepAlive: true, maxSockets, maxFreeSockets, scheduling: 'lifo' });
  readonly #baseUrls = new Map<string, URL>();

  constructor(options: NodeAgentClientOptions) {
    this.#options = options;
  }

  async call<Body>(call: CallRequest): Promise<{ status: number; body: Body }> {
    const url = new URL(call.path.replace(/^\//, ''), this.#baseUrl(call.agent));
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const options: RequestOptions = {
      method: call.method,
      agent: this.#connections,
      headers: this.#headers(call, body),
    };
    const reply = await this.#send(url, { options, body, call });
    if (reply.status >= 400) throw errorOfReply(call, reply);
    return { status: reply.status, body: parseBody(call, reply) as Body };
  }

  /** Closes the connections. */
  close(): void {
    this.#connections.destroy();
  }

  #baseUrl(agent: string): URL {
    const known = this.#baseUrls.get(agent);
    if (known !== undefined) return known;
    const names = urlVariables(agent);
    const value = names.map((name) => this.#options.env[name]).find((text) => text !== undefined && text !== '');
    if (value === undefined || !/^http:\/\//.test(value) || !URL.canParse(value)) {
      throw new AppError(`${names.join(' or ')}: expected a URL like http://host:7000, was ${value ?? 'nothing'}`, {
        code: 'agent_url_missing',
        status: 500,
      });
    }
    const url = new URL(value.endsWith('/') ? value : `${value}/`);
    this.#baseUrls.set(agent, url);
    return url;
  }

  #headers(call: CallRequest, body: Buffer | undefined): Record<string, string | number> {
    const requestId = call.requestId ?? currentContext().requestId;
    const token = this.#options.serviceToken?.reveal();
    return {
      accept: 'application/json',
      traceparent: makeTraceparent(call.traceId),
      [callerHeader]: this.#options.caller,
      ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
      ...(token === undefined ? {} : { [serviceTokenHeader]: token }),
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    };
  }

  async #send(url: URL, sending: Sending): Promise<Reply> {
    const timeoutMs = sending.call.timeoutMs ?? this.#options.timeoutMs ?? 5000;
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      try {
        return await exchange(url, sending, endMs - performance.now());
      } catch (error) {
        // The server closed an idle connection while we took it up; nothing of the request was read.
        if (error instanceof StaleConnection && performance.now() < endMs) continue;
        throw connectionError(sending.call, error, timeoutMs);
      }
    }
  }
}

class StaleConnection extends Error {}
class DeadlineMissed extends Error {}

interface Sending {
  readonly options: RequestOptions;
  readonly body: Buffer | undefined;
  readonly call: CallRequest;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

/** `portfolio-manager` → `PORTFOLIO_MANAGER_URL`; the notification manager is also `NOTIFICATION_URL`. */
function urlVariables(agent: string): string[] {
  const name = `${agent.replaceAll('-', '_').toUpperCase()}_URL`;
  return agent === 'notification-manager' ? [name, 'NOTIFICATION_URL'] : [name];
}

function exchange(url: URL, { options, body }: Sending, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const request = httpRequest(url, options, (response) => {
      answered = true;
      readReply(response, (error, reply) => {
        clearTimeout(timer);
        if (reply === undefined) reject(error ?? new Error('expected a whole reply, was cut off'));
        else resolve(reply);
      });
    });
    const timer = setTimeout(() => request.destroy(new DeadlineMissed()), Math.max(0, timeoutMs));
    request.on('error', (error) => {
      clearTimeout(timer);
      const stale = request.reusedSocket && !answered && isReset(error);
      reject(stale ? new StaleConnection('expected an open connection', { cause: error }) : error);
    });
    request.end(body);
  });
}

function readReply(response: IncomingMessage, done: (error: Error | undefined, reply?: Reply) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > maxReplyBytes) {
      response.destroy(new Error(`expected a reply of at most ${String(maxReplyBytes)} bytes, was more`));
    }
  });
  response.on('error', done);
  response.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    done(undefined, { status: response.statusCode ?? 0, text, retryAfter: response.headers['retry-after'] });
  });
}

function isReset(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function connectionError(call: CallRequest, error: unknown, timeoutMs: number): TransientError {
  const target = `${call.agent} ${call.method} ${call.path}`;
  if (error instanceof DeadlineMissed) {
    const message = `${target}: expected an answer within ${String(timeoutMs)} ms, was none`;
    return new TransientError(message, { code: 'timeout', cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new TransientError(`${target}: expected an answer, was ${reason}`, { code: 'unreachable', cause: error });
}

function parseBody(call: CallRequest, reply: Reply): unknown {
  if (reply.text === '') return undefined;
  try {
    return JSON.parse(reply.text) as unknown;
  } catch (error) {
    const target = `${call.agent} ${call.method} ${call.path}`;
    throw new AppError(`${target}: expected JSON, was ${reply.text.slice(0, 60)}`, {
      code: 'bad_reply',
      status: 502,
      cause: error,
    });
  }
}
