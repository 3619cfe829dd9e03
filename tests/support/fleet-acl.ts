import { makeAcl } from '../../deploy/redis/make-acl.js';

export interface AclOptions {
  readonly prefix: string;
  /** Of every user that has one. */
  readonly password: string;
  /** Redis knows `CLIENT SETINFO` since 7.2 and refuses a rule of it before, as `deploy/redis/start-redis.sh` heeds, too. */
  readonly knowsSetInfo: boolean;
}

/** The lines of the compose fleet's ACL file, one a user. */
export function fleetAcl({ prefix, password, knowsSetInfo }: AclOptions): string[] {
  const acl = makeAcl().replaceAll('@PREFIX@', prefix).replaceAll('@PASSWORD@', `>${password}`);
  const known = knowsSetInfo ? acl : acl.replaceAll(' +client|setinfo', '');
  return known.split('\n').filter((line) => line.startsWith('user '));
}
