import { YAMLException, load } from 'js-yaml';
import { ConfigError } from './config-error.js';

/**
 * Parses one YAML document. A text without a document (empty, or comments only) is `{}`.
 * @throws ConfigError `<label>:<line>:<column>: expected YAML, was <reason>`.
 */
export function parseYaml(text: string, label: string): unknown {
  if (/^(\s*(#.*)?(\r?\n|$))*$/.test(text)) return {};
  try {
    return load(text) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const mark = error.mark;
    const where = mark ? `${label}:${String(mark.line + 1)}:${String(mark.column + 1)}` : label;
    throw new ConfigError([`${where}: expected YAML, was ${error.reason}`], { cause: error });
  }
}
