import { createHash } from 'node:crypto';
import { findProgram, foldersOfPath } from './find-program.js';
import { lastLine, runProgram } from './run-program.js';
import { refusesInstalling, type Program, type ServerName, type ServerSearch } from './server-plan.js';

interface ContainerSpec {
  readonly name: ServerName;
  readonly image: string;
  /** Folder in the container that is kept in a volume between starts. */
  readonly dataFolder: string;
  /** Port inside, and the one of the loopback address that it is published on. */
  readonly innerPort: number;
  readonly port: number;
  /** Variables by name; passed by name only, so that their values do not stand in the process list. */
  readonly variables: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly stopSignal: Program['stopSignal'];
}

/** Path of `docker` when an engine answers and has the image, or may pull it; else `undefined`, after saying why. */
export async function findContainerEngine(search: ServerSearch, image: string): Promise<string | undefined> {
  const docker = findProgram('docker', foldersOfPath(search.env['PATH']));
  if (docker === undefined) return undefined;
  const version = await runProgram(docker, ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5000 });
  if (version.code !== 0) return undefined;
  const inspected = await runProgram(docker, ['image', 'inspect', image], { timeoutMs: 10_000 });
  if (inspected.code === 0) return docker;
  if (refusesInstalling(search.env)) {
    search.say(`  OCTANT_NO_INSTALL is set: the image ${image} is not pulled`);
    return undefined;
  }
  search.say(`  pulling the image ${image} (refuse with OCTANT_NO_INSTALL=1)`);
  const pulled = await runProgram(docker, ['pull', '--quiet', image], { timeoutMs: 180_000 });
  if (pulled.code === 0) return docker;
  search.say(`  ${image} could not be pulled: ${lastLine(pulled)}`);
  return undefined;
}

/** The same for the same desk, different for different ones. */
export function containerName(home: string, name: ServerName): string {
  return `octant-${createHash('sha256').update(home).digest('hex').slice(0, 10)}-${name}`;
}

/** A container in the foreground, so that it is supervised and ended like any other program. */
export function containerProgram(docker: string, search: ServerSearch, spec: ContainerSpec): Program {
  const container = containerName(search.home, spec.name);
  const args = ['run', '--rm', '--name', container];
  args.push('--publish', `127.0.0.1:${spec.port}:${spec.innerPort}`, '--volume', `${container}:${spec.dataFolder}`);
  for (const variable of Object.keys(spec.variables)) args.push('--env', variable);
  args.push('--stop-signal', spec.stopSignal, spec.image, ...spec.args);
  return {
    command: docker,
    args,
    env: { ...search.env, ...spec.variables },
    cwd: search.home,
    stopSignal: spec.stopSignal,
    mark: ['docker', container],
    beforeStart: async () => {
      await runProgram(docker, ['rm', '--force', container], { timeoutMs: 30_000 });
    },
  };
}
