import { isAtLeast } from '../ages.js';
import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { failure, ok, skipped, warning } from '../verdict.js';

const LEAST = { Redis: '7.0', PostgreSQL: '13', 'Docker Engine': '24.0', 'Docker Compose': '2.20' };

function found(facts: Facts): readonly (readonly [keyof typeof LEAST, string | undefined])[] {
  return [
    ['Redis', facts.redis.kind === 'seen' ? facts.redis.value.version : undefined],
    ['PostgreSQL', facts.postgres.kind === 'seen' ? facts.postgres.value.version : undefined],
    ['Docker Engine', facts.host.find('docker.version')],
    ['Docker Compose', facts.host.find('compose.version')],
  ];
}

/** What the desk stands on must know the commands that it uses. */
export const programVersions: Check = {
  id: 'program-versions',
  title: 'Redis, PostgreSQL and Docker are new enough',
  examine: (facts) => {
    const known = found(facts).flatMap(([name, version]) => (version === undefined ? [] : [{ name, version }]));
    if (known.length === 0) return skipped('no version is known');
    const old = known.filter(({ name, version }) => !isAtLeast(version, LEAST[name]));
    const evidence = known.map(({ name, version }) => `${name} ${version}`).join(', ');
    if (old.length === 0) return ok(evidence);
    const wanted = old.map(({ name }) => `${name} ${LEAST[name]}`).join(', ');
    return failure(evidence, `install ${wanted} or newer`);
  },
};

/** After an upgrade that stopped half-way two versions answer. */
export const fleetVersion: Check = {
  id: 'fleet-version',
  title: 'All agents are of one version',
  examine: (facts) => {
    const versions = facts.agents.flatMap(({ name, version }) => (version === undefined ? [] : [{ name, version }]));
    if (versions.length === 0) return skipped('no agent tells its version');
    const wanted = facts.host.find('env.octant_version') ?? versions[0]?.version;
    const others = versions.filter(({ version }) => version !== wanted);
    if (others.length === 0) return ok(`${versions.length} agents of version ${wanted ?? ''}`);
    return warning(
      `expected ${wanted ?? ''}, was ${others.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
      'docker compose up -d --wait brings all to OCTANT_VERSION of .env; npm start does so for a local desk',
    );
  },
};
