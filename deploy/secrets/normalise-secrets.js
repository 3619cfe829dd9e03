import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { READERS_GID, inventory } from './inventory.js';
import { renderEdge } from './render-edge.js';
import { cookieSecretOf, withoutLineEnd } from './secret-text.js';

/**
 * The one-shot service `secrets`: brings the files below /secrets, whoever wrote them, into the form, owner and mode that
 * their readers need, and renders the configuration of programs that read no secret files. Says on one line each what it
 * changed, never a value.
 */
const secretsFolder = '/secrets';
const rendered = '/rendered';

const say = (line) => process.stdout.write(`${line}\n`);
const fileOf = (name) => join(secretsFolder, name);

const problems = [];
for (const { name, make } of inventory) normalise(name, make !== undefined);
if (problems.length > 0) {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
chmodSync(secretsFolder, 0o700);
renderEdgeConfiguration();
renderExporterPasswords();
giveFolder('acme', { uid: 65532, mode: 0o700 });
giveFolder('node-textfile', { uid: 999, mode: 0o755 });
giveFolder('backups', { uid: 999, mode: 0o700 });
openStrategies();

/** Written in place: a container that has the file mounted keeps seeing it. */
function normalise(name, needed) {
  const file = fileOf(name);
  if (!existsSync(file)) {
    problems.push(`secrets/${name}: expected a file, was none: npm run prepare makes it`);
    return;
  }
  const text = readFileSync(file, 'utf8');
  const wanted = name === 'oauth2_cookie_secret' ? cookieSecretOf(text) : withoutLineEnd(text);
  if (needed && wanted === '') problems.push(`secrets/${name}: expected a secret, was an empty file`);
  if (wanted !== text) {
    writeFileSync(file, wanted);
    say(`secrets/${name}: brought into the form that its reader takes`);
  }
  // Who owns the folder may go on reading the files: root on a server, a developer elsewhere.
  const { uid } = statSync(secretsFolder);
  const before = statSync(file);
  if (before.uid !== uid || before.gid !== READERS_GID) chownSync(file, uid, READERS_GID);
  if ((before.mode & 0o777) !== 0o440) chmodSync(file, 0o440);
}

/** Traefik's and oauth2-proxy's configuration (render-edge.js); both run as 65532. */
function renderEdgeConfiguration() {
  const client = {
    id: readFileSync(fileOf('oauth2_client_id'), 'utf8'),
    secret: readFileSync(fileOf('oauth2_client_secret'), 'utf8'),
  };
  const { files, missing } = renderEdge({ env: process.env, templates: '/templates', folder: '/rendered', client });
  for (const [name, text] of Object.entries(files)) write(`edge/${name}`, text, 65532);
  if (missing.length > 0) say(`sign-in is not set up, nobody comes in; missing: ${missing.join(', ')}`);
}

/** redis_exporter reads a map of passwords by address. */
function renderExporterPasswords() {
  const password = readFileSync(fileOf('redis_password_exporter'), 'utf8');
  write('redis_exporter/passwords.json', JSON.stringify({ 'redis://exporter@redis:6379': password }), 59000);
}

function write(name, text, uid) {
  const file = join(rendered, name);
  writeFileSync(file, text);
  chownSync(file, uid, READERS_GID);
  chmodSync(file, 0o440);
}

function giveFolder(name, { uid, mode }) {
  const folder = join(rendered, name);
  mkdirSync(folder, { recursive: true });
  chownSync(folder, uid, uid);
  chmodSync(folder, mode);
}

/** Approved parameters are written into config/strategies by a process of the readers' group. */
function openStrategies() {
  const folder = '/config/strategies';
  chownSync(folder, statSync(folder).uid, READERS_GID);
  chmodSync(folder, 0o2775);
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    chownSync(file, statSync(file).uid, READERS_GID);
    chmodSync(file, 0o664);
  }
}
