import type { Check } from './check.js';
import { alertPath, scrapeTargets } from './checks/alerting.js';
import { backupAge, certificates, offsiteCopy, restoreDrill } from './checks/backups.js';
import { agentsHealth, configValidity, liveInterlock } from './checks/desk.js';
import { containerRestarts, firewall, signIn, sshAccess, unattendedUpgrades } from './checks/host.js';
import { clock, diskSpace, memory, openPorts } from './checks/machine.js';
import { nodeEndOfLife, nodeVersion } from './checks/node-version.js';
import { auditAppendOnly, migrations, postgresRoles } from './checks/postgres.js';
import { deadLetters, redisAccess, redisDurability, redisMemory } from './checks/redis.js';
import { secretFiles } from './checks/secret-files.js';
import { fleetVersion, programVersions } from './checks/versions.js';

/** Every check, in the order in which they are shown: what others stand on comes first. */
export const allChecks: readonly Check[] = [
  nodeVersion,
  nodeEndOfLife,
  programVersions,
  fleetVersion,
  clock,
  diskSpace,
  memory,
  openPorts,
  firewall,
  sshAccess,
  unattendedUpgrades,
  containerRestarts,
  secretFiles,
  certificates,
  signIn,
  redisDurability,
  redisMemory,
  redisAccess,
  postgresRoles,
  auditAppendOnly,
  migrations,
  agentsHealth,
  configValidity,
  deadLetters,
  liveInterlock,
  scrapeTargets,
  alertPath,
  backupAge,
  restoreDrill,
  offsiteCopy,
];
