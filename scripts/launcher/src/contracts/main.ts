import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readContractFacts } from './contract-facts.js';
import { findDifference } from './find-difference.js';
import { renderDocument } from './render-document.js';

const DOCUMENT = 'docs/messaging-contracts.md';

/** `npm run contracts [-- --check]`. Returns the exit code: 0 written or equal, 1 different or sources that contradict, 2 wrong flags. */
export function main(argv: readonly string[]): number {
  const wrong = argv.find((flag) => flag !== '--check');
  if (wrong !== undefined) return say(`expected no flag or --check, was ${wrong}`, 2);
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  try {
    const made = renderDocument(readContractFacts(root));
    if (!argv.includes('--check')) {
      writeFileSync(join(root, DOCUMENT), made);
      return 0;
    }
    const difference = findDifference(readFileSync(join(root, DOCUMENT), 'utf8'), made);
    if (difference === undefined) return 0;
    return say(`${DOCUMENT} is not what the code says; run npm run contracts.\n${difference}`, 1);
  } catch (error) {
    return say(error instanceof Error ? error.message : String(error), 1);
  }
}

function say(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}
