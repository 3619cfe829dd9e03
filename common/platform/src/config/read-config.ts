import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import type { ConfigReader, ConfigSchema, ConfigSpec } from './config-spec.js';
import { describeIssue } from './describe-issue.js';
import { parseYaml } from './parse-yaml.js';
import { findUnknownKeys } from './unknown-keys.js';

/** One reading of the config directory. */
export interface ConfigReading<Config> {
  readonly config: Config;
  /** `config/<file>: <path>` of every key that nothing reads. */
  readonly unknownKeys: readonly string[];
  /** File → text of what was read (`undefined`: absent), to tell whether anything changed. */
  readonly texts: ReadonlyMap<string, string | undefined>;
}

/** Thrown inside the reader to leave `parse` when a required file cannot stand in by defaults. */
class Unreadable extends Error {}

/**
 * Reads the configuration once. A file with problems is replaced by its defaults while the rest is checked, so that the
 * problems of all files come together.
 * @throws ConfigError with every problem.
 */
export function readConfig<Config>(spec: ConfigSpec<Config>, dir: string): ConfigReading<Config> {
  const reader = new DirectoryReader(dir);
  try {
    const config = spec.parse(reader);
    if (reader.problems.length === 0) return { config, unknownKeys: reader.unknownKeys, texts: reader.texts };
  } catch (error) {
    if (error instanceof ConfigError) reader.problems.push(...error.problems);
    else if (reader.problems.length === 0) throw error;
  }
  throw new ConfigError(reader.problems);
}

class DirectoryReader implements ConfigReader {
  readonly problems: string[] = [];
  readonly unknownKeys: string[] = [];
  readonly texts = new Map<string, string | undefined>();
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  file<Value>(file: string, schema: ConfigSchema<Value>): Value {
    const document = this.#document(file);
    const parsed = schema.safeParse(document);
    if (parsed.success) {
      for (const path of findUnknownKeys(document, parsed.data)) this.unknownKeys.push(`config/${file}: ${path}`);
      return parsed.data;
    }
    for (const issue of parsed.error.issues) this.problems.push(`config/${file}: ${describeIssue(issue, document)}`);
    const defaults = schema.safeParse({});
    if (defaults.success) return defaults.data;
    throw new Unreadable(file);
  }

  folder<Value>(folder: string, schema: ConfigSchema<Value>): readonly { file: string; value: Value }[] {
    const values: { file: string; value: Value }[] = [];
    for (const name of this.#names(folder)) {
      const file = `${folder}/${name}`;
      try {
        values.push({ file, value: this.file(file, schema) });
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
      }
    }
    return values;
  }

  #document(file: string): unknown {
    const text = readText(join(this.#dir, file));
    this.texts.set(file, text);
    try {
      return text === undefined ? {} : parseYaml(text, `config/${file}`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.problems.push(...error.problems);
      return {};
    }
  }

  #names(folder: string): string[] {
    const names = namesIn(join(this.#dir, folder)).filter((name) => /\.ya?ml$/.test(name));
    this.texts.set(`${folder}/`, names.join('\n'));
    return names;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new ConfigError([`${path}: expected a readable file, was ${String(error)}`], { cause: error });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw new ConfigError([`${folder}: expected a readable folder, was ${String(error)}`], { cause: error });
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
