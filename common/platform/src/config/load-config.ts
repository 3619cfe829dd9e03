import { ConfigError } from './config-error.js';
import type { ConfigHandle, ConfigSpec } from './config-spec.js';
import { readConfig, type ConfigReading } from './read-config.js';
import { watchFolder } from './watch-folder.js';

/** The lines that loading and reloading write; pino's logger fits. */
export interface ConfigLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LoadedConfig<Config> extends ConfigHandle<Config> {
  /** Reads again. Invalid: logged, the present one stays. Listeners hear of it when a text has changed. */
  reload(reason: string): void;
  /** Begins reloading on SIGHUP and when a file changes. */
  watch(): void;
  /** Ends the watching. */
  close(): void;
}

/**
 * Reads an agent's configuration from `dir` (the `config` directory).
 * @throws ConfigError with every problem of every file.
 */
export function loadConfig<Config>(
  spec: ConfigSpec<Config>,
  { dir, log }: { dir: string; log: ConfigLog },
): LoadedConfig<Config> {
  return new LiveConfig(spec, dir, log);
}

class LiveConfig<Config> implements LoadedConfig<Config> {
  readonly #spec: ConfigSpec<Config>;
  readonly #dir: string;
  readonly #log: ConfigLog;
  readonly #listeners: ((next: Config, previous: Config) => void)[] = [];
  #reading: ConfigReading<Config>;
  #lastProblems = '';
  #unwatch: (() => void) | undefined;

  constructor(spec: ConfigSpec<Config>, dir: string, log: ConfigLog) {
    this.#spec = spec;
    this.#dir = dir;
    this.#log = log;
    this.#reading = readConfig(spec, dir);
    this.#tellUnknown();
  }

  current(): Config {
    return this.#reading.config;
  }

  onChange(listener: (next: Config, previous: Config) => void): void {
    this.#listeners.push(listener);
  }

  reload(reason: string): void {
    const next = this.#read(reason);
    if (next === undefined) return;
    if (sameTexts(next.texts, this.#reading.texts)) {
      if (reason === 'SIGHUP') this.#log.info({ reason }, 'configuration read again, unchanged');
      return;
    }
    const previous = this.#reading;
    this.#reading = next;
    this.#log.info({ reason, files: changedFiles(previous.texts, next.texts) }, 'configuration reloaded');
    this.#tellUnknown();
    for (const listener of this.#listeners) this.#tell(listener, previous.config);
  }

  watch(): void {
    const onSignal = () => {
      this.reload('SIGHUP');
    };
    process.on('SIGHUP', onSignal);
    const stopWatching = watchFolder(this.#dir, () => {
      this.reload('file changed');
    });
    this.#unwatch = () => {
      process.off('SIGHUP', onSignal);
      stopWatching();
    };
  }

  close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  #read(reason: string): ConfigReading<Config> | undefined {
    try {
      const reading = readConfig(this.#spec, this.#dir);
      this.#lastProblems = '';
      return reading;
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)];
      const text = problems.join('\n');
      if (text !== this.#lastProblems || reason === 'SIGHUP') {
        this.#log.error({ reason, problems }, `configuration is wrong, the previous one stays: ${text}`);
      }
      this.#lastProblems = text;
      return undefined;
    }
  }

  #tell(listener: (next: Config, previous: Config) => void, previous: Config): void {
    try {
      listener(this.#reading.config, previous);
    } catch (error) {
      this.#log.error({ err: error }, 'a listener failed on the new configuration');
    }
  }

  #tellUnknown(): void {
    for (const key of this.#reading.unknownKeys) this.#log.info({ key }, `${key}: unknown field, ignored`);
  }
}

type Texts = ReadonlyMap<string, string | undefined>;

function changedFiles(before: Texts, after: Texts): string[] {
  const files = new Set([...before.keys(), ...after.keys()]);
  return [...files].filter((file) => before.get(file) !== after.get(file) || before.has(file) !== after.has(file));
}

function sameTexts(before: Texts, after: Texts): boolean {
  return changedFiles(before, after).length === 0;
}
