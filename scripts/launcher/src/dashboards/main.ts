import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allBoards } from './all-boards.js';
import { renderBoard } from './render-board.js';

const FOLDER = 'grafana/dashboards';

/** `npm run dashboards [-- --check]`. Returns the exit code: 0 written or equal, 1 different, 2 wrong flags. */
export function main(argv: readonly string[]): number {
  const wrong = argv.find((flag) => flag !== '--check');
  if (wrong !== undefined) return say(`expected no flag or --check, was ${wrong}`, 2);
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  let exitCode = 0;
  for (const board of allBoards) {
    const file = join(FOLDER, `${board.file}.json`);
    const path = join(root, file);
    const made = renderBoard(board);
    if (!argv.includes('--check')) writeFileSync(path, made);
    else if (!existsSync(path) || readFileSync(path, 'utf8') !== made) {
      exitCode = say(`${file} is not what scripts/launcher/src/dashboards says; run npm run dashboards`, 1);
    }
  }
  return exitCode;
}

function say(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}
