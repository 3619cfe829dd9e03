import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MS = 15_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What the user gave cannot be: exit code 2. */
export class InputError extends Error {}

/** The desk said no, or not now; `retryAfterSeconds` where it said when. */
export class Refusal extends Error {
  constructor(message, { status, retryAfterSeconds }) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A path of the orchestrator; query values that are undefined are left out. */
export function orchestrator(path, query) {
  return urlOf({ variable: 'ORCHESTRATOR_URL', fallback: 'http://127.0.0.1:7001' }, path, query);
}

/** A path of the notification manager. */
export function notifications(path) {
  return urlOf({ variable: 'NOTIFICATION_URL', fallback: 'http://127.0.0.1:7006' }, path);
}

function urlOf({ variable, fallback }, path, query = {}) {
  const base = process.env[variable] || fallback;
  if (!URL.canParse(base)) throw new InputError(`${variable}: expected a URL, was ${JSON.stringify(base)}`);
  const url = new URL(base.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return { url, variable };
}

/** Calls the desk as an admin and answers its JSON. */
export async function call(method, { url, variable }, body, timeoutMs = TIMEOUT_MS) {
  const headers = {
    'x-admin-token': adminToken(),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  let response;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    response = await fetch(url, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const reason = error.cause?.code ?? error.message;
    throw new Error(
      `${url.origin} does not answer (${reason}): is the desk running there? ${variable} names another place.`,
      {
        cause: error,
      },
    );
  }
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw refused({ method, url, response, answer });
}

function refused({ method, url, response, answer }) {
  const { status } = response;
  const reason = answer?.detail ?? answer?.title ?? 'no reason given';
  const problems = (answer?.errors ?? []).map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  const message = `${method} ${url.pathname}: ${status} ${reason}${problems}`;
  if (status === 401)
    return new Error(`${message}\nThe admin token was not taken: set ADMIN_TOKEN or ADMIN_TOKEN_FILE.`);
  if (status === 400 || status === 404) return new InputError(message);
  const retryAfter = response.headers.get('retry-after');
  return new Refusal(message, { status, retryAfterSeconds: retryAfter === null ? undefined : Number(retryAfter) });
}

function adminToken() {
  const { ADMIN_TOKEN: value, ADMIN_TOKEN_FILE: file } = process.env;
  if (value && file) throw new InputError('expected ADMIN_TOKEN or ADMIN_TOKEN_FILE, was both');
  if (value) return value;
  const path = file || join(root, '.octant', 'admin_token');
  if (!existsSync(path)) {
    throw new InputError(
      `expected an admin token in ADMIN_TOKEN, ADMIN_TOKEN_FILE or ${path}, was none: npm start makes one`,
    );
  }
  return readFileSync(path, 'utf8').trim();
}
