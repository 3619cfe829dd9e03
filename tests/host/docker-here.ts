import { spawnSync } from 'node:child_process';

export function docker(args: readonly string[], input?: string) {
  const result = spawnSync('docker', [...args], { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  return { code: result.status, output: `${result.stdout}${result.stderr}`, stdout: result.stdout };
}

/** Whether an engine answers that has all these images; nothing is pulled. */
export function hasImages(...images: readonly string[]): boolean {
  return images.every((image) => docker(['image', 'inspect', image]).code === 0);
}
