import { isAtLeast } from '../ages.js';
import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { failure, ok, warning } from '../verdict.js';

const LEAST = '20.19.0';
/** Last day of each line, as its makers have announced it. @source nodejs/Release, schedule.json */
const ENDS: Readonly<Record<string, string>> = {
  '18': '2025-04-30',
  '20': '2026-04-30',
  '22': '2027-04-30',
  '24': '2028-04-30',
  '26': '2029-04-30',
};

/** The agents' Node where it is known, else the doctor's own. */
function versionOf(facts: Facts): string {
  return facts.host.find('node.fleet') ?? facts.nodeVersion;
}

/** The desk's programs need a Node that is new enough. */
export const nodeVersion: Check = {
  id: 'node-version',
  title: 'Node is new enough',
  examine: (facts) => {
    const version = versionOf(facts);
    return isAtLeast(version, LEAST)
      ? ok(`Node ${version}`)
      : failure(
          `Node ${version}, expected ${LEAST} or newer`,
          'install Node 24, or set NODE_BASE in .env and build again',
        );
  },
};

/** A line that has ended gets no security fixes, and its images are built no more. */
export const nodeEndOfLife: Check = {
  id: 'node-end-of-life',
  title: 'Node still gets security fixes',
  examine: (facts) => {
    const version = versionOf(facts);
    const major = version.replace(/^v/, '').split('.')[0] ?? '';
    const ends = ENDS[major];
    const remedy =
      facts.desk === 'local'
        ? 'install Node 24: https://nodejs.org'
        : 'set NODE_BASE=node:24-bookworm-slim in .env, then docker compose build && docker compose up -d --wait';
    if (ends === undefined) return warning(`Node ${major} is not a line with long support that is known here`, remedy);
    return facts.nowMs > Date.parse(`${ends}T23:59:59Z`)
      ? warning(`Node ${major} ended on ${ends}: it gets no fixes any more`, remedy)
      : ok(`Node ${major} is supported until ${ends}`);
  },
};
