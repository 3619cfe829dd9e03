import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/** Variables whose value is a secret, by the end of their name. */
const secretName = /(TOKEN|SECRET|PASSWORD|PASSPHRASE|API_KEY|_KEY|WEBHOOK_URL(_[A-Z]+)?|REDIS_URL|DATABASE_URL)$/;
const fileSuffix = '_FILE';

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
 * Reads secrets from the files that `<NAME>_FILE` variables name; line ends at the end of a file are not part of it.
 * @throws ConfigError when a secret is given in both ways (naming both), or its file cannot be read or is empty.
 */
export function resolveSecretFiles(source: Variables): ResolvedVariables {
  const env: Record<string, string | undefined> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined && value !== '') env[name] = value;
  }
  for (const [variable, path] of Object.entries(env)) {
    if (path === undefined || !variable.endsWith(fileSuffix)) continue;
    const name = variable.slice(0, -fileSuffix.length);
    if (!secretName.test(name)) continue;
    if (env[name] !== undefined) {
      problems.push(`${name} and ${variable}: expected only one of the two, was both`);
      continue;
    }
    const content = readSecret(variable, path);
    if (content.problem !== undefined) problems.push(content.problem);
    else env[name] = content.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { env, secrets: secretValues(env) };
}

function readSecret(variable: string, path: string): { value?: string; problem?: string } {
  try {
    const value = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
    if (value === '') return { problem: `${variable}: expected a secret in ${path}, was an empty file` };
    return { value };
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
