/**
 * A ccxt class's URLs with the same paths at another host.
 *
 * @param urls one URL or several by name, to any depth; what is neither stays as it is.
 * @param apiUrl such as `http://127.0.0.1:8080`. Sockets go to its `ws:` or `wss:` form, with the host that they had as the
 * first part of the path: classes tell their markets apart by it.
 */
export function redirectUrls(urls: unknown, apiUrl: string): unknown {
  const base = apiUrl.replace(/\/$/, '');
  if (typeof urls === 'string') {
    const { protocol, hostname, pathname } = new URL(urls);
    const path = pathname.replace(/\/$/, '');
    if (!protocol.startsWith('ws')) return base + path;
    return `${base.replace(/^http/, 'ws')}/${hostname}${path}`;
  }
  if (typeof urls !== 'object' || urls === null) return urls;
  return Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, redirectUrls(url, base)]));
}
