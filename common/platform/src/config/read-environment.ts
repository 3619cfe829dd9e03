import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { describeIssue } from './describe-issue.js';
import { Secret } from './secret.js';
import { resolveSecretFiles, type Variables } from './secret-files.js';

/** A variable that holds a secret; may also be given as `<NAME>_FILE`. Parsed to a {@link Secret}. */
export const secretText = () =>
  z
    .string()
    .min(1)
    .transform((value) => new Secret(value));

export interface Environment<Values> {
  readonly values: Values;
  /** All variables with secret files resolved, for what an agent reads itself (names that its YAML gives). */
  readonly env: Variables;
  /** Secret values, for redaction. */
  readonly secrets: readonly string[];
}

/**
 * Parses environment variables by a shape that is spread together from slices: variable name → zod schema. Variables that
 * are empty count as not set.
 * @throws ConfigError with all problems; a secret's value is never in them.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: Variables = process.env,
): Environment<z.output<z.ZodObject<Shape>>> {
  const { env, secrets } = resolveSecretFiles(source);
  const parsed = z.object(shape).safeParse(env);
  if (parsed.success) return { values: parsed.data, env, secrets };
  throw new ConfigError(parsed.error.issues.map((issue) => `environment: ${describeIssue(issue, env)}`));
}
