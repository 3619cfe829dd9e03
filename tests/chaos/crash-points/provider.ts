import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands for an exchange: `POST /<client id>?expires=<epoch ms>` does what it is asked, as often as it is asked, unless the
 * time has passed; `GET /<client id>` looks it up. It does the first request of an `unsure` id and hangs up.
 */
export class Provider {
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response);
  });
  readonly #done: string[] = [];

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Client ids that begin so, once each time that it was done. */
  doneOf(start: string): string[] {
    return this.#done.filter((id) => id.startsWith(start));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://provider');
    const id = decodeURIComponent(url.pathname.slice(1));
    const known = this.#done.includes(id);
    if (request.method === 'GET') {
      reply(response, known ? 200 : 404);
      return;
    }
    if (Date.now() > Number(url.searchParams.get('expires'))) {
      reply(response, 410);
      return;
    }
    this.#done.push(id);
    if (id.includes('unsure') && !known) response.destroy();
    else reply(response, 200);
  }
}

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
}
