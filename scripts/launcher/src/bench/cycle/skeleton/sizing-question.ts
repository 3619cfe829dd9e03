import { Agent, createServer, request } from 'node:http';

/** About as long as the real question and its answer. */
const QUESTION = JSON.stringify({ fill: 'x'.repeat(500) });
const ANSWER = JSON.stringify({ fill: 'x'.repeat(120) });
const keptAlive = new Agent({ keepAlive: true, maxSockets: 1 });

/** The asked side: an answer that needs a fill waits until it is booked. */
export class SizingDesk {
  #bookedStep = 0;
  #waiting: (() => void) | undefined;

  readonly booked = (step: number): void => {
    this.#bookedStep = step;
    this.#waiting?.();
    this.#waiting = undefined;
  };

  /** Resolves to the port that it listens on. */
  listen(): Promise<number> {
    const server = createServer((incoming, response) => {
      const neededStep = Number(incoming.url?.slice(1));
      incoming.resume().on('end', () => {
        void this.#whenBooked(neededStep).then(() => {
          response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
        });
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: 0, host: '127.0.0.1' }, () => {
        const address = server.address();
        if (address === null || typeof address === 'string') reject(new Error('expected a TCP address, was none'));
        else resolve(address.port);
      });
    });
  }

  #whenBooked(step: number): Promise<void> {
    if (this.#bookedStep >= step) return Promise.resolve();
    return new Promise((resolve) => (this.#waiting = resolve));
  }
}

/** Asks; `neededStep` is the step whose fill must be booked before, 0 for none. */
export function askSize(port: number, neededStep: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': QUESTION.length };
    const options = { host: '127.0.0.1', port, path: `/${neededStep}`, method: 'POST', agent: keptAlive, headers };
    request(options, (response) => {
      response.resume().on('end', () => {
        resolve();
      });
    })
      .once('error', reject)
      .end(QUESTION);
  });
}
