import { resolveSymbol } from '../market/symbol.js';
import { unknownNameText } from '../market/nearest-name.js';
import type { StrategyConfig } from './strategy-config.js';

/** A strategy file that fits the schema; `file` is its path as messages name it. */
export interface StrategyFile {
  readonly file: string;
  readonly value: StrategyConfig;
}

/**
 * All strategy files by their names, in their order, the members of each ensemble put into it. A disabled member does not
 * vote, and an ensemble without any other is disabled too.
 *
 * @param fail makes the error of a problem that the caller wants; a RangeError when it is left out.
 * @throws what `fail` makes, naming file and key: a name that is there twice, a member that no file has or that goes round
 * in a circle.
 */
export function strategiesByName(
  files: readonly StrategyFile[],
  fail: (problem: string) => Error = (problem) => new RangeError(problem),
): ReadonlyMap<string, StrategyConfig> {
  const byName = new Map<string, StrategyFile>();
  for (const one of files) {
    const { name } = one.value;
    if (byName.has(name)) throw fail(`${one.file}: name: expected each strategy once, was ${name} again`);
    byName.set(name, one);
  }
  const known = { files: byName, fail };
  return new Map([...byName].map(([name, file]) => [name, withMembers(file, known, [name])]));
}

interface Known {
  readonly files: ReadonlyMap<string, StrategyFile>;
  readonly fail: (problem: string) => Error;
}

function withMembers({ file, value }: StrategyFile, known: Known, path: readonly string[]): StrategyConfig {
  const { members } = value;
  if (members === undefined) return value;
  const resolved = members.map((member, index) => {
    const at = `${file}: members[${String(index)}].strategy`;
    const found = known.files.get(member.strategy);
    if (found === undefined) throw known.fail(`${at}: ${unknownNameText(member.strategy, [...known.files.keys()])}`);
    const circle = [...path, member.strategy];
    if (path.includes(member.strategy)) {
      throw known.fail(`${at}: expected members that do not go round in a circle, was ${circle.join(' > ')}`);
    }
    return { ...member, config: withMembers(found, known, circle) };
  });
  const voters = resolved.filter(({ config }) => config.enabled);
  return { ...value, enabled: value.enabled && voters.length > 0, members: voters };
}

/**
 * Says which symbol the strategy does not list, and which it does; undefined when it lists them all. Both may be written
 * in any form that `markets` (canonical symbols) resolves.
 */
export function findUnlistedSymbol(
  strategy: Pick<StrategyConfig, 'name' | 'symbols'>,
  symbols: readonly string[],
  markets: readonly string[],
): string | undefined {
  const listed = strategy.symbols.map((symbol) => resolveSymbol(symbol, markets));
  const unlisted = symbols.find((symbol) => !listed.includes(resolveSymbol(symbol, markets)));
  if (unlisted === undefined) return undefined;
  return `expected a symbol that the strategy ${strategy.name} lists (${listed.join(', ')}), was ${unlisted}`;
}
