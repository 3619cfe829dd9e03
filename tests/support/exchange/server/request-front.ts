import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultRule, FaultScript } from '../faults/fault-script.js';
import type { ApiReply, ApiRequest } from './venue-api.js';
import type { VenueControl } from './venue-control.js';

const MOST_BODY_BYTES = 64 * 1024;
const DEFAULT_DELAY_MS = 1000;
const DEFAULT_BAN_MS = 10_000;

/** Between the network and a venue: here requests get lost, and answers. */
export class RequestFront {
  readonly #faults: FaultScript;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(faults: FaultScript) {
    this.#faults = faults;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async handle(venue: VenueControl, request: ApiRequest, response: ServerResponse): Promise<void> {
    const { api } = venue;
    if (venue.isInMaintenance) {
      write(response, api.troubleReply('maintenance', { forMs: 0 }));
      return;
    }
    const endpoint = api.kindOf(request);
    const what = `${request.method} ${request.path}`;
    const occasion = { venue: venue.name, account: api.accountOf(request), endpoint, what };
    const { before, after } = this.#faults.ofRequest(occasion);
    if (before !== undefined && !(await this.#passes(before, venue, response))) return;
    api.tick();
    await this.#send(response, api.answer(request), { after, venue });
  }

  /** Whether the venue gets to see it. */
  async #passes(rule: FaultRule, { api }: VenueControl, response: ServerResponse): Promise<boolean> {
    const forMs = rule.delayMs ?? DEFAULT_BAN_MS;
    switch (rule.fault) {
      case 'late_request':
        await this.#wait(rule.delayMs ?? DEFAULT_DELAY_MS);
        return true;
      case 'reset_before_accept':
        response.socket?.destroy();
        return false;
      case 'refused_before_accept':
        write(response, api.troubleReply('refused', { status: rule.status, forMs }));
        return false;
      case 'rate_limited':
        write(response, api.troubleReply('rate_limited', { forMs: rule.delayMs ?? DEFAULT_DELAY_MS }));
        return false;
      case 'banned':
        write(response, api.troubleReply('banned', { forMs }));
        return false;
      default:
        // Lost: nobody answers, and the client decides when it has waited enough.
        return false;
    }
  }

  async #send(
    response: ServerResponse,
    reply: ApiReply,
    { after, venue }: { after: FaultRule | undefined; venue: VenueControl },
  ): Promise<void> {
    switch (after?.fault) {
      case 'timeout_after_accept':
        return;
      case 'error_after_accept': {
        write(response, venue.api.troubleReply('unavailable', { status: after.status, forMs: 0 }));
        return;
      }
      case 'dropped_reply':
        response.socket?.destroy();
        return;
      case 'cut_reply': {
        const text = JSON.stringify(reply.body);
        response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': text.length });
        response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy());
        return;
      }
      case 'slow_reply':
        await this.#wait(after.delayMs ?? DEFAULT_DELAY_MS);
        break;
      default:
        break;
    }
    write(response, reply);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}

/** What stands before a venue, when the venue itself does not answer. */
export function gatewayPage(status: number): ApiReply {
  return { status, body: `<html><body><h1>${status}</h1></body></html>` };
}

/** Undefined, with 413 answered, when the body is too large. */
export async function readRequest(message: IncomingMessage, response: ServerResponse): Promise<ApiRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) {
      write(response, { status: 413, body: { error: `body: expected at most ${MOST_BODY_BYTES} bytes` } });
      return undefined;
    }
    chunks.push(chunk);
  }
  const [path = '/', query = ''] = (message.url ?? '/').split('?', 2);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  return { method: message.method ?? 'GET', path, query, body: Buffer.concat(chunks).toString(), headers };
}

export function write(response: ServerResponse, { status, body, headers }: ApiReply): void {
  if (response.destroyed) return;
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
