type Variables = Readonly<Record<string, string | undefined>>;

/** The URL that `POSTGRES_HOST` and its companions spell; `undefined` without a host. */
export function urlOfParts(env: Variables): string | undefined {
  const host = env['POSTGRES_HOST'];
  if (!host) return undefined;
  const url = new URL(`postgres://${host}:${env['POSTGRES_PORT'] ?? '5432'}/${env['POSTGRES_DB'] ?? 'octant'}`);
  url.username = env['POSTGRES_USER'] ?? 'octant';
  url.password = env['POSTGRES_PASSWORD'] ?? '';
  return url.href;
}
