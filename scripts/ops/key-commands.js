import { runCerts } from './certificates.js';
import { parseDuration } from './durations.js';
import { knownScopes, mintToken, nameOfOperator } from './mint-token.js';

/** What gives people a key to the admin host, and takes it away: short-lived tokens and client certificates. */
export function addKeyCommands(cli) {
  cli
    .command('token:mint')
    .description('a signed admin token, good for one request within its life')
    .requiredOption('--scope <scopes>', `with commas between: ${knownScopes().join(', ')}`)
    .option('--ttl <duration>', 'its life, at most 1h', parseDuration, 5 * 60_000)
    .option('--name <name>', 'who it is, for the audit', nameOfOperator())
    .action(async ({ scope, ttl, name }) => {
      process.stdout.write(`${await mintToken({ scope, ttlMs: ttl, name })}\n`);
    });
  cli
    .command('certs:issue <name>')
    .description('a client certificate for the admin host, with a .p12 for browsers')
    .option('--email <address>', 'opens for the person who signs in with that address only')
    .option('--days <n>', 'days until it ends', '365')
    .action((name, { email, days }) => {
      runCerts(['issue', name, '--days', days, ...(email === undefined ? [] : ['--email', email])]);
    });
  cli
    .command('certs:revoke <name>')
    .description('ends a client certificate now')
    .action((name) => {
      runCerts(['revoke', name]);
    });
}
