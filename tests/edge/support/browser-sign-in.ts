import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import type { ClientCertificate } from './edge-request.js';
import { DOMAIN } from './edge-stand.js';
import { getProgram } from './programs.js';

export interface BrowserVisit {
  readonly port: number;
  readonly email: string;
  readonly host: 'app' | 'admin';
  readonly path: string;
  readonly certificate?: ClientCertificate | undefined;
}

export interface BrowserSight {
  /** Where the browser is in the end. */
  readonly url: string;
  readonly status: number;
  readonly text: string;
  /** Cookies of the edge, with what keeps them from others. */
  readonly cookies: readonly { name: string; secure: boolean; httpOnly: boolean; sameSite: string; path: string }[];
}

const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** Visits a page in headless Chromium, signs in where the provider asks, and tells what there is to see then. */
export async function visitInBrowser(visit: BrowserVisit): Promise<BrowserSight> {
  const { port, email, host, path, certificate } = visit;
  const origin = `https://${host}.${DOMAIN}:${String(port)}`;
  const proxy = await openLoopbackProxy();
  const browser = await chromium.launch({ executablePath: getProgram('chromium'), args: quiet });
  try {
    const context = await browser.newContext({
      // The authority is not in the browser's store; its certificate is checked by the requests without a browser.
      ignoreHTTPSErrors: true,
      proxy: { server: proxy.url, bypass: '127.0.0.1' },
      ...(certificate === undefined ? {} : { clientCertificates: [asPem(origin, certificate)] }),
    });
    return await signIn(await context.newPage(), { url: origin + path, email });
  } finally {
    await browser.close();
    proxy.close();
  }
}

function asPem(origin: string, { cert, key }: ClientCertificate) {
  return { origin, cert: Buffer.from(cert), key: Buffer.from(key) };
}

async function signIn(page: Page, { url, email }: { url: string; email: string }): Promise<BrowserSight> {
  const statuses = new Map<string, number>();
  page.on('response', (response) => statuses.set(response.url(), response.status()));
  page.setDefaultTimeout(15_000);
  await open(page, url);
  await page.fill('input[name=email]', email);
  await page.click('button');
  await page.waitForURL((now) => now.host === new URL(url).host);
  const cookies = await page.context().cookies(url);
  return {
    url: page.url(),
    status: statuses.get(page.url()) ?? 0,
    text: await page.innerText('body'),
    cookies: cookies.map(({ name, secure, httpOnly, sameSite, path }) => ({ name, secure, httpOnly, sameSite, path })),
  };
}

/** A container that comes or goes beside the test changes the machine's network, and Chromium gives the page up: it is asked again. */
async function open(page: Page, url: string, attempts = 5): Promise<void> {
  try {
    await page.goto(url);
  } catch (error) {
    if (attempts <= 1 || !String(error).includes('ERR_NETWORK_CHANGED')) throw error;
    await open(page, url, attempts - 1);
  }
}

/** All names are this machine: the browser asks no name server. */
async function openLoopbackProxy(): Promise<{ url: string; close: () => void }> {
  const server = createServer();
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const port = Number(request.url?.split(':').at(-1));
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on('error', () => void (client.destroy(), target.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${String(port)}`, close };
}
