import { spellSeconds } from '../ages.js';
import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { failure, ok, skipped, warning } from '../verdict.js';

const DAY_S = 86_400;
const OLDEST_BACKUP_S = 26 * 3600;
const OLDEST_DRILL_S = 35 * DAY_S;

const ageOf = ({ host, nowMs }: Facts, key: string): number | undefined => {
  const at = host.number(key);
  return at === undefined ? undefined : nowMs / 1000 - at;
};

const isLocal = (facts: Facts): boolean => facts.desk === 'local' || facts.host.find('backup') === undefined;
const NOT_HERE = 'backups are the compose fleet’s, and the machine was not asked: run scripts/host/doctor.sh there';

/** What is not backed up is lost with the disk. */
export const backupAge: Check = {
  id: 'backup-age',
  title: 'There is a fresh backup',
  examine: (facts) => {
    if (isLocal(facts)) return skipped(NOT_HERE);
    const age = ageOf(facts, 'backup.last_success');
    const remedy = 'docker compose run --rm backup once; docker compose logs backup says why it failed';
    if (age === undefined) return failure('no backup was ever taken', remedy);
    const evidence = `the newest is ${spellSeconds(age)} old`;
    return age > OLDEST_BACKUP_S ? failure(evidence, remedy) : ok(evidence);
  },
};

/** A backup that was never brought back is a hope. */
export const restoreDrill: Check = {
  id: 'restore-drill',
  title: 'A backup was brought back lately',
  examine: (facts) => {
    if (isLocal(facts)) return skipped(NOT_HERE);
    const age = ageOf(facts, 'backup.last_drill');
    const remedy = 'docker compose run --rm backup drill';
    if (age === undefined) return warning('no restore drill has passed yet', remedy);
    const evidence = `the last drill passed ${spellSeconds(age)} ago`;
    return age > OLDEST_DRILL_S ? failure(evidence, remedy) : ok(evidence);
  },
};

/** A backup on the same disk dies with it. */
export const offsiteCopy: Check = {
  id: 'offsite-copy',
  title: 'Backups are kept elsewhere too',
  examine: (facts) => {
    if (isLocal(facts)) return skipped(NOT_HERE);
    if (facts.host.flag('backup.offsite') !== true) {
      return warning(
        'BACKUP_OFFSITE_COMMAND is not set: backups stay on this machine',
        'set it in .env, see docs/operations.md',
      );
    }
    const age = ageOf(facts, 'backup.last_offsite');
    const remedy = 'docker compose run --rm backup offsite shows what the command says';
    if (age === undefined) return failure('nothing was ever sent', remedy);
    const evidence = `last sent ${spellSeconds(age)} ago`;
    return age > OLDEST_BACKUP_S ? failure(evidence, remedy) : ok(evidence);
  },
};

/** Lines are `name epoch`. */
export const certificates: Check = {
  id: 'certificates',
  title: 'Certificates are valid for a while',
  examine: ({ host, nowMs }) => {
    const all = host.all('certificate').map((line) => {
      const [name = '', ends = ''] = line.split(' ');
      return { name, leftS: Number(ends) - nowMs / 1000 };
    });
    if (all.length === 0) return skipped('no certificate was told of');
    const next = all.reduce((first, one) => (one.leftS < first.leftS ? one : first));
    const evidence =
      next.leftS > 0
        ? `${next.name} ends first, in ${spellSeconds(next.leftS)}`
        : `${next.name} ended ${spellSeconds(-next.leftS)} ago`;
    const remedy =
      'sh scripts/certs/certs.sh init renews the server’s, certs.sh issue NAME a client’s (docs/mtls_runbook.md)';
    if (next.leftS <= 0) return failure(evidence, remedy);
    return next.leftS < 14 * DAY_S ? warning(evidence, remedy) : ok(evidence);
  },
};
