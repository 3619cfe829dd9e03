import type { Check } from '../check.js';
import { failure, ok, skipped } from '../verdict.js';

/** Readable for root and the group of the containers; 0444 and more would be readable for everybody on the machine. */
const FLEET = { mode: '440', owner: '0:20000' };

/** Lines are `name mode uid:gid bytes placeholder`. */
export const secretFiles: Check = {
  id: 'secret-files',
  title: 'Secrets are readable only for those who need them',
  examine: ({ host, desk }) => {
    const files = host.all('secret').map((line) => {
      const [name = '', mode = '', owner = '', , placeholder = 'no'] = line.split(' ');
      return { name, mode, owner, placeholder: placeholder === 'yes' };
    });
    if (files.length === 0) return skipped('no secret file was told of');
    const wrong = files.flatMap(({ name, mode, owner, placeholder }) => {
      if (placeholder) return [`${name} has the value of the documentation's example`];
      if (desk === 'local') return mode === '600' || mode === '400' ? [] : [`${name} is ${mode}, expected 600`];
      return mode === FLEET.mode && owner === FLEET.owner
        ? []
        : [`${name} is ${mode} ${owner}, expected ${FLEET.mode} ${FLEET.owner}`];
    });
    const folder = host.find('secrets.folder');
    if (folder !== undefined && !folder.startsWith('700 ')) wrong.push(`the folder is ${folder}, expected 700`);
    if (wrong.length === 0) return ok(`${files.length} files`);
    const remedy =
      desk === 'local'
        ? 'chmod 600 .octant/*_token .octant/*_password'
        : 'docker compose run --rm secrets sets owner and mode; a value from the documentation has to be replaced by a random one';
    return failure(wrong.join('; '), remedy);
  },
};
