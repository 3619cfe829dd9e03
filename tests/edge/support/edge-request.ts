import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A client's certificate and its key, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface EdgeRequest {
  readonly port: number;
  /** Authority of the server's certificate, PEM; undefined: plain HTTP. */
  readonly ca: string | undefined;
  /** Server name of the TLS connection; `''`: none. */
  readonly sni: string;
  /** The `Host` header. */
  readonly host: string;
  readonly method: string;
  /** As it goes over the wire: nothing is encoded or resolved. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly certificate?: ClientCertificate | undefined;
  /** Address of the loopback network that it comes from: each has buckets of its own. */
  readonly from?: string;
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}

/** What came back; `tls`: the connection was refused before a request could be made. */
export type EdgeReply =
  | { readonly kind: 'tls'; readonly reason: string }
  | { readonly kind: 'http'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** One request on a connection of its own. @throws Error for what is neither a reply nor a refusal by TLS. */
export function askEdge(asked: EdgeRequest): Promise<EdgeReply> {
  return new Promise((resolve, reject) => {
    const { ca, body } = asked;
    const options = {
      host: '127.0.0.1',
      port: asked.port,
      method: asked.method,
      path: asked.path,
      agent: false as const,
      localAddress: asked.from ?? '127.0.0.1',
      headers: {
        host: asked.host,
        connection: 'close',
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...asked.headers,
      },
    };
    const request = ca === undefined ? httpRequest(options) : httpsRequest({ ...options, ...tlsOptions(asked) });
    request.setTimeout(15_000, () => request.destroy(new Error(`${asked.method} ${asked.path}: no answer in 15 s`)));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ kind: 'http', status, headers, text: Buffer.concat(chunks).toString('utf8') });
      });
      response.on('error', reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (isTlsRefusal(error)) resolve({ kind: 'tls', reason: error.code ?? error.message });
      else reject(error);
    });
    request.end(body);
  });
}

function tlsOptions({ ca, sni, certificate, maxVersion }: EdgeRequest) {
  return {
    ...(ca === undefined ? {} : { ca }),
    servername: sni,
    // The name on the certificate is checked where it matters; here wrong names are asked for on purpose.
    checkServerIdentity: () => undefined,
    ...(certificate ?? {}),
    ...(maxVersion === undefined ? {} : { minVersion: 'TLSv1' as const, maxVersion, ciphers: 'DEFAULT:@SECLEVEL=0' }),
  };
}

/** TLS 1.3 refuses a client's certificate after the handshake: an alert, or a connection that just ends. */
function isTlsRefusal(error: NodeJS.ErrnoException): boolean {
  return /^(ERR_SSL_|ECONNRESET|EPIPE)/.test(error.code ?? '') || /alert|SSL routines/.test(error.message);
}
