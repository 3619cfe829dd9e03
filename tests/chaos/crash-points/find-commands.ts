import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const platform = fileURLToPath(new URL('../../../common/platform', import.meta.url));

/** What a call must be made on to reach Redis or Postgres. */
const servers = new Set(['Redis', 'RedisSettings', 'RedisScripts', 'Sql', 'Database']);
/** Where the scripts are run; every other file runs them by it. */
const scriptRunner = 'bus/redis-scripts.ts';
/** Methods of those that send nothing. */
const silent = new Set(['on', 'off', 'once', 'setMaxListeners', 'defineCommand', 'disconnect']);

/** A call that sends something to Redis or Postgres. */
export interface Command {
  /** File, enclosing function and method, e.g. `bus/keeper.ts #watch: Redis.exists`. */
  readonly place: string;
  /** It goes through RedisScripts, which has the crash points of all scripts. */
  readonly isScript: boolean;
}

/** Names of crash points that the source calls, by what is written there between quotes. */
export function findCalledPoints(): ReadonlySet<string> {
  const texts = sourceFiles().map((file) => ts.sys.readFile(file) ?? '');
  return new Set(texts.flatMap((text) => [...text.matchAll(/'([a-z]+\.[a-z]+)'/g)].map(([, point = '']) => point)));
}

/** Names of the bus' scripts. */
export function findScripts(): string[] {
  return ts.sys
    .readDirectory(`${platform}/src/bus/lua`, ['.ts'])
    .map((file) => basename(file, '.ts'))
    .filter((name) => name !== 'fragments')
    .map((name) => name.replaceAll(/-(.)/g, (_all, letter: string) => letter.toUpperCase()));
}

/** Every command that bus and effects send, found by the types of what their methods are called on. */
export function findCommands(): Command[] {
  const files = sourceFiles();
  const config = ts.getParsedCommandLineOfConfigFile(`${platform}/tsconfig.json`, { noEmit: true }, host());
  const program = ts.createProgram(files, config?.options ?? {});
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`expected to read ${file}, was not there`);
    const name = file.slice(`${platform}/src/`.length);
    return callsIn(source).flatMap(({ receiver, method, owner }) => {
      const server = serverOf(checker, receiver);
      if (server === undefined || silent.has(method) || name === scriptRunner) return [];
      return [{ place: `${name} ${owner}: ${server}.${method}`, isScript: server === 'RedisScripts' }];
    });
  });
}

/** All but the list of crash points itself. */
function sourceFiles(): string[] {
  const apart = ['**/*.test.ts', '**/lua/**', '**/crash-points.ts'];
  return ['bus', 'effects'].flatMap((folder) => ts.sys.readDirectory(`${platform}/src/${folder}`, ['.ts'], apart));
}

function callsIn(source: ts.SourceFile): { receiver: ts.Expression; method: string; owner: string }[] {
  const calls: { receiver: ts.Expression; method: string; owner: string }[] = [];
  const visit = (node: ts.Node, owner: string): void => {
    const within = nameOf(node) ?? owner;
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      calls.push({ receiver: node.expression.expression, method: node.expression.name.text, owner: within });
    }
    node.forEachChild((child) => visit(child, within));
  };
  visit(source, '');
  return calls;
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  return undefined;
}

/** Name of the server's type, also when only some of its methods are asked for. */
function serverOf(checker: ts.TypeChecker, receiver: ts.Expression): string | undefined {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(receiver));
  const candidates = [type, ...(type.aliasTypeArguments ?? [])];
  return candidates
    .map((candidate) => (candidate.aliasSymbol ?? candidate.getSymbol())?.getName())
    .find((name) => name !== undefined && servers.has(name));
}

function host(): ts.ParseConfigFileHost {
  return {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
    },
  };
}
