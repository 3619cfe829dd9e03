import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/** Variables whose value is a secret, by the end of their name. */
const secretName = /(TOKEN|SECRET|PASSWORD|PASSPHRASE|API_KEY|_KEY|WEBHOOK_URL(_[A-Z]+)?|REDIS_URL|DATABASE_URL)$/;
const fileSuffix = '_FILE';
/** The desk's own secrets, which are made when it is set up: an empty file of one is a mistake. */
const neededName =
  /^(ADMIN_TOKEN|SERVICE_TOKEN|TOKEN_SIGNING_KEY|REDIS_URL|REDIS_PASSWORD|DATABASE_URL|POSTGRES_PASSWORD)$/;

/** The shortest value that redaction looks for in texts: shorter ones would blot out ordinary words. */
const shortestSecret = 6;

export type Variables = Readonly<Record<string, string | undefined>>;

export interface ResolvedVariables {
  /** All variables, each secret's `*_FILE` replaced by the content of that file. Empty ones are left out. */
  readonly env: Variables;
  /** Values that must never be printed. */
  readonly secrets: readonly string[];
}

/**
 * Reads secrets from the files that `<NAME>_FILE` variables name; line ends at the end of a file are not part of it. An
 * integration is off while its file is empty: its variable then counts as not set. `REDIS_PASSWORD` becomes part of `REDIS_URL`.
 * @throws ConfigError when a secret is given in both ways (naming both), its file cannot be read, or one of the desk's own is
 * empty.
 */
export function resolveSecretFiles(source: Variables): ResolvedVariables {
  const env: Record<string, string | undefined> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined && value !== '') env[name] = value;
  }
  for (const variable of Object.keys(env)) {
    const problem = resolveSecretFile(env, variable);
    if (problem !== undefined) problems.push(problem);
  }
  addRedisPassword(env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return { env, secrets: secretValues(env) };
}

/** Puts the secret that `variable` names a file of into `env`. Returns what is wrong with it. */
function resolveSecretFile(env: Record<string, string | undefined>, variable: string): string | undefined {
  const path = env[variable];
  const name = variable.slice(0, -fileSuffix.length);
  if (path === undefined || !variable.endsWith(fileSuffix) || !secretName.test(name)) return undefined;
  if (env[name] !== undefined) return `${name} and ${variable}: expected only one of the two, was both`;
  const { value, problem } = readSecret(variable, path);
  if (value === undefined) return problem;
  if (value !== '') env[name] = value;
  else if (neededName.test(name)) return `${variable}: expected a secret in ${path}, was an empty file`;
  return undefined;
}

/** An address is no secret and may stand in a compose file; its password comes from a file of its own. */
function addRedisPassword(env: Record<string, string | undefined>, problems: string[]): void {
  const { REDIS_URL: address, REDIS_PASSWORD: password } = env;
  if (address === undefined || password === undefined || !URL.canParse(address)) return;
  const url = new URL(address);
  if (url.password !== '') {
    problems.push('REDIS_URL and REDIS_PASSWORD: expected the password in only one of the two, was in both');
    return;
  }
  url.password = encodeURIComponent(password);
  env['REDIS_URL'] = url.href;
}

function readSecret(variable: string, path: string): { value?: string; problem?: string } {
  try {
    return { value: readFileSync(path, 'utf8').replace(/[\r\n]+$/, '') };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return { problem: `${variable}: expected a readable file, was ${path} (${reason})` };
  }
}

function secretValues(env: Variables): string[] {
  const values = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !secretName.test(name)) continue;
    const password = passwordOf(value);
    if (password !== undefined) for (const form of password) values.add(form);
    else if (value.length >= shortestSecret) values.add(value);
  }
  return [...values].sort((a, b) => b.length - a.length);
}

/** A URL of a server is no secret, the password in it is; a webhook's whole URL is one. `undefined`: not a server's URL. */
function passwordOf(value: string): string[] | undefined {
  if (!/^(redis|rediss|postgres|postgresql):/.test(value) || !URL.canParse(value)) return undefined;
  const raw = new URL(value).password;
  if (raw.length < shortestSecret) return [];
  return [raw, decodeURIComponent(raw)];
}
