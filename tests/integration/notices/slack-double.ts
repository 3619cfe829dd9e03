import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the double answers a webhook post. */
export type SlackMood = 'ok' | 'rate_limited' | 'server_error' | 'no_service' | 'invalid_payload' | 'hang';

export interface SlackPost {
  readonly path: string;
  readonly body: { text: string; channel?: string; blocks: { type: string; text?: { text: string } }[] };
  readonly mood: SlackMood;
}

/** Speaks the protocol of Slack's incoming webhooks: `ok`, error strings by status, 429 with Retry-After. */
export class SlackDouble {
  readonly posts: SlackPost[] = [];
  mood: SlackMood = 'ok';
  /** Seconds, for `rate_limited`. */
  retryAfter = '1';
  readonly #hanging = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as SlackPost['body'];
      this.posts.push({ path: request.url ?? '', body, mood: this.mood });
      this.#answer(response);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Texts that were taken, of one webhook. */
  taken(path: string): string[] {
    return this.posts.filter((post) => post.mood === 'ok' && post.path === path).map((post) => post.body.text);
  }

  close(): void {
    for (const response of this.#hanging) response.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(response: ServerResponse): void {
    const answers = {
      ok: [200, 'ok'],
      rate_limited: [429, 'rate_limited'],
      server_error: [500, 'rollup_error'],
      no_service: [404, 'no_service'],
      invalid_payload: [400, 'invalid_payload'],
    } as const;
    if (this.mood === 'hang') {
      this.#hanging.add(response);
      return;
    }
    const [status, text] = answers[this.mood];
    response.writeHead(status, status === 429 ? { 'retry-after': this.retryAfter } : {});
    response.end(text);
  }
}
