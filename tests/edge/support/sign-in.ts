import { askEdge, type ClientCertificate, type EdgeReply } from './edge-request.js';

export interface SignIn {
  readonly port: number;
  readonly ca: string;
  /** Without the port. */
  readonly host: string;
  readonly email: string;
  /** Where it begins; the edge sends it to the provider. */
  readonly path: string;
  readonly certificate?: ClientCertificate | undefined;
  readonly from?: string;
}

export interface SignedIn {
  /** Value of the `Cookie` header; `''` when there is no session in the end. */
  readonly cookie: string;
  /** Of the last answer. */
  readonly status: number;
  readonly finalPath: string;
}

/** Signs in as a browser would, by redirects, forms and cookies, without one. */
export async function signInByHttp(asked: SignIn): Promise<SignedIn> {
  const jar = new Map<string, Map<string, string>>();
  let url = new URL(`https://${asked.host}:${String(asked.port)}${asked.path}`);
  let form: string | undefined;
  for (let hop = 0; hop < 15; hop += 1) {
    const reply = await visit(url, { asked, form, cookies: jar.get(url.host) });
    if (reply.kind === 'tls') throw new Error(`${url.href}: no TLS connection (${reply.reason})`);
    keepCookies(jar, url.host, reply.headers['set-cookie'] ?? []);
    form = undefined;
    const { location } = reply.headers;
    if (location !== undefined && reply.status >= 300 && reply.status < 400) {
      url = new URL(location, url);
    } else if (reply.status === 200 && url.pathname.startsWith('/sign-in/')) {
      form = `email=${encodeURIComponent(asked.email)}`;
    } else {
      const own = jar.get(`${asked.host}:${String(asked.port)}`) ?? new Map<string, string>();
      const session = [...own].filter(([name, value]) => !name.includes('_csrf') && value !== '');
      const cookie = session.map((pair) => pair.join('=')).join('; ');
      return { cookie, status: reply.status, finalPath: url.pathname };
    }
  }
  throw new Error(`${asked.host}: expected a sign-in to end, was redirected for ever`);
}

interface Visit {
  readonly asked: SignIn;
  readonly form: string | undefined;
  readonly cookies: ReadonlyMap<string, string> | undefined;
}

function visit(url: URL, { asked, form, cookies }: Visit): Promise<EdgeReply> {
  const isEdge = url.protocol === 'https:';
  return askEdge({
    port: Number(url.port),
    ca: isEdge ? asked.ca : undefined,
    sni: url.hostname,
    host: url.host,
    method: form === undefined ? 'GET' : 'POST',
    path: url.pathname + url.search,
    headers: {
      accept: 'text/html',
      cookie: [...(cookies ?? [])].map((pair) => pair.join('=')).join('; '),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form === undefined ? {} : { body: form }),
    certificate: isEdge ? asked.certificate : undefined,
    from: asked.from ?? '127.0.0.1',
  });
}

function keepCookies(jar: Map<string, Map<string, string>>, host: string, lines: readonly string[]): void {
  const own = jar.get(host) ?? new Map<string, string>();
  jar.set(host, own);
  for (const line of lines) {
    const [pair = ''] = line.split(';', 1);
    const at = pair.indexOf('=');
    const isGone = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line);
    if (isGone) own.delete(pair.slice(0, at));
    else own.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
