import type { EdgePair } from './edge-pair.js';

/** Written by this version of Traefik at every start, before it has read what is configured; the settings are tested elsewhere. */
const unconditional = 'Traefik can reject some encoded characters in the request path.';

/** What the two programs have complained of so far, one a line. */
export function warningsOf({ traefik, oauth2Proxy }: EdgePair): string[] {
  const ofTraefik = traefik.lines.filter((line) => isComplaint(line) && !line.includes(unconditional));
  const ofProxy = oauth2Proxy.lines.filter((line) => /warn|error|deprecat|invalid|insecure/i.test(line));
  return [...ofTraefik.map((line) => `traefik: ${line}`), ...ofProxy.map((line) => `oauth2-proxy: ${line}`)];
}

/** Traefik's own lines have a level; access lines have a status too, and are none. */
function isComplaint(line: string): boolean {
  try {
    const { level, DownstreamStatus: status } = JSON.parse(line) as { level?: string; DownstreamStatus?: number };
    return status === undefined && !['info', 'debug'].includes(level ?? '');
  } catch {
    return true; // no JSON: a panic, or a library's own words
  }
}
