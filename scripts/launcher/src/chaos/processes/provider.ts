import { appendFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { seededRandom } from '@octant/trading/market/random';
import { startChild } from './child-process.js';
import type { ChaosSettings } from './settings.js';

const order = z.object({ clientId: z.string().min(1), expiresAtMs: z.number() });

/** What a request meets; `after` = the effect happened. */
type Fate = 'fine' | 'slow' | 'error_after' | 'cut_after' | 'error_before' | 'cut_before';

const SEND_FATES: readonly (readonly [Fate, number])[] = [
  ['slow', 0.03],
  ['error_after', 0.04],
  ['cut_after', 0.04],
  ['error_before', 0.02],
  ['cut_before', 0.02],
];
const LOOK_UP_FATES: readonly (readonly [Fate, number])[] = [
  ['slow', 0.02],
  ['error_before', 0.04],
  ['cut_before', 0.02],
];
const LONGEST_DELAY_MS = 2_500;

/** Stands for an exchange: it does what it is asked, as often as it is asked, unless the request has expired. */
class Provider {
  readonly #log: string;
  readonly #random: () => number;
  readonly #effects = new Map<string, number>();

  constructor({ eventFile, plan }: ChaosSettings) {
    this.#log = eventFile;
    this.#random = seededRandom(`${plan.seed} provider`);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'POST' && path === '/orders') await this.#onSend(request, response);
    else if (request.method === 'GET' && path.startsWith('/orders/')) {
      await this.#onLookUp(decodeURIComponent(path.slice('/orders/'.length)), response);
    } else reply(response, 404, { error: 'no such route' });
  }

  async #onSend(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clientId, expiresAtMs } = order.parse(JSON.parse(await bodyOf(request)));
    const fate = this.#draw(SEND_FATES);
    if (fate === 'slow') await sleep(this.#random() * LONGEST_DELAY_MS);
    if (fate === 'error_before' || fate === 'cut_before') {
      fail(response, fate);
      return;
    }
    if (Date.now() > expiresAtMs) {
      reply(response, 409, { error: 'expired' });
      return;
    }
    this.#effects.set(clientId, (this.#effects.get(clientId) ?? 0) + 1);
    appendFileSync(this.#log, `${clientId}\n`);
    if (fate === 'error_after' || fate === 'cut_after') fail(response, fate);
    else reply(response, 200, { clientId });
  }

  async #onLookUp(clientId: string, response: ServerResponse): Promise<void> {
    const fate = this.#draw(LOOK_UP_FATES);
    if (fate === 'slow') await sleep(this.#random() * LONGEST_DELAY_MS);
    if (fate === 'error_before' || fate === 'cut_before') fail(response, fate);
    else if (this.#effects.has(clientId)) reply(response, 200, { clientId });
    else reply(response, 404, { error: 'no such order' });
  }

  #draw(fates: readonly (readonly [Fate, number])[]): Fate {
    let below = 0;
    const drawn = this.#random();
    for (const [fate, share] of fates) {
      below += share;
      if (drawn < below) return fate;
    }
    return 'fine';
  }
}

function fail(response: ServerResponse, fate: Fate): void {
  if (fate === 'cut_after' || fate === 'cut_before') response.destroy();
  else reply(response, 500, { error: 'out of order' });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString('utf8');
  return text;
}

startChild((settings) => {
  const provider = new Provider(settings);
  const server = createServer((request, response) => {
    provider.answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  const stop = (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    return Promise.resolve();
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ stop, ...(address !== null && typeof address === 'object' ? { port: address.port } : {}) });
    });
  });
});
