/** A parsed YAML document with where it came from. */
export interface ConfigDocument {
  /** Path relative to the config directory, e.g. `agents/risk-manager.yaml`. */
  readonly file: string;
  readonly value: unknown;
}

/** Reads files below the config directory; used inside `ConfigSpec.parse`. */
export interface ConfigReader {
  /**
   * Parses one file by a schema. A missing file gives the schema's defaults (`{}` is parsed).
   * @throws ConfigError naming file, path in it, the value found and what was expected; all problems at once.
   */
  file<Value>(file: string, schema: ConfigSchema<Value>): Value;
  /** The same for every `*.yaml` of a folder, in name order. */
  folder<Value>(
    folder: string,
    schema: ConfigSchema<Value>,
  ): readonly { readonly file: string; readonly value: Value }[];
}

/** zod's surface that the loader needs. */
export interface ConfigSchema<Value> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Value }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

export interface ConfigSpec<Config> {
  parse(reader: ConfigReader): Config;
}

/** The agent's current configuration; replaced as a whole on SIGHUP or when a file changes, kept when the new one is wrong. */
export interface ConfigHandle<Config> {
  current(): Config;
  onChange(listener: (next: Config, previous: Config) => void): void;
}
