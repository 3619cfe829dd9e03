import { join } from 'node:path';

/** Where a desk keeps what is its own. */
export interface DeskFiles {
  /** Folder of the checkout. */
  readonly root: string;
  /** `.octant`, or the folder of `OCTANT_HOME`. */
  readonly home: string;
  readonly run: string;
  readonly logs: string;
  readonly adminToken: string;
  /** Signs short-lived admin tokens. */
  readonly tokenSigningKey: string;
  readonly serviceToken: string;
}

export function deskFiles(root: string, home = join(root, '.octant')): DeskFiles {
  return {
    root,
    home,
    run: join(home, 'run'),
    logs: join(home, 'logs'),
    adminToken: join(home, 'admin_token'),
    tokenSigningKey: join(home, 'token_signing_key'),
    serviceToken: join(home, 'service_token'),
  };
}
