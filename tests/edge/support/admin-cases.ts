import { deskOperations, isAdmin, type DeskOperation } from './desk-operations.js';
import { certificateKinds, sessionKinds, tokenKinds, type EdgeCase } from './edge-case.js';
import type { Outcome } from './outcome.js';

type Keys = Pick<EdgeCase, 'certificate' | 'session' | 'token'>;

const refusedByTls: ReadonlySet<string> = new Set(['none', "another authority's", 'expired']);

/** Admin needs all three. Written down here from the rule, not from the configuration. */
function expectedOf({ certificate, session, token }: Keys): Outcome {
  if (refusedByTls.has(certificate)) return 'no TLS';
  if (session === 'none' || session === 'forged') return 'sign in';
  if (session === "stranger's") return 'person refused';
  if (certificate === 'revoked') return 'certificate refused';
  if (certificate === "owner's" && session !== "owner's") return 'certificate refused';
  if (token === 'of another scope') return 'scope refused';
  return token === 'signed' || token === 'the secret' ? 'open' : 'token refused';
}

/** Every admin route with every combination of the three keys. `agents`: one route an agent, for a shorter run. */
export function adminCases(extent: 'routes' | 'agents'): EdgeCase[] {
  const operations = deskOperations().filter(isAdmin);
  return (extent === 'routes' ? operations : firstOfEachAgent(operations)).flatMap(({ method, url, adminScope }) =>
    certificateKinds.flatMap((certificate) =>
      sessionKinds.flatMap((session) =>
        tokenKinds.map((token): EdgeCase => {
          const keys = { certificate, session, token };
          const expected = expectedOf(keys);
          return {
            host: 'admin',
            method: method.toUpperCase(),
            path: url,
            scope: adminScope,
            oddity: '',
            ...keys,
            expected,
          };
        }),
      ),
    ),
  );
}

function firstOfEachAgent(operations: readonly DeskOperation[]): DeskOperation[] {
  return operations.filter(({ agent }, index) => operations.findIndex((other) => other.agent === agent) === index);
}
