import { createHash, randomUUID } from 'node:crypto';
import { PermanentError } from '@octant/platform/errors/errors';
import type { Operations, OperationRequest } from '@octant/platform/http/operation';
import { endSession } from '../cycle/advance.js';
import { sessionSpecOf, startSession, type RunRequest } from '../desk/open-session.js';
import type { Session } from '../desk/session-state.js';
import { sessionViewOf } from '../desk/views.js';
import { sessionReport, type ReportSources } from './session-report.js';
import type { DeskRoutes } from './desk-routes.js';

/** Sessions: run, stop, list, show, report. */
export function orchestrateRoutes(parts: DeskRoutes & { readonly report: ReportSources }): Operations {
  return {
    runOrchestration: async (request) => ({ status: 202, body: { sessionId: await run(parts, request) } }),
    stopOrchestration: async (request) => ({ status: 200, body: { stopped: await stop(parts, request) } }),
    listSessions: async () => {
      const { desk } = await parts.store.view();
      const { sessions } = await parts.store.view(desk.recentSessionIds);
      const newestFirst = sessions.sort((a, b) => b.createdAtMs - a.createdAtMs);
      return { status: 200, body: { sessions: newestFirst.map((session) => sessionViewOf(session, desk)) } };
    },
    getSession: async ({ params }) => {
      const { session, desk } = await getSession(parts, params['sessionId']);
      return { status: 200, body: sessionViewOf(session, desk) };
    },
    getSessionReport: async ({ params, traceId }) => {
      const { session, desk } = await getSession(parts, params['sessionId']);
      return { status: 200, body: await sessionReport(parts.report, { session, desk, traceId }) };
    },
  };
}

async function getSession(parts: DeskRoutes, sessionId: string | undefined) {
  const { desk, sessions } = await parts.store.view(sessionId === undefined ? [] : [sessionId]);
  const session = sessions.find((one) => one.sessionId === sessionId);
  if (session === undefined) throw noSession(sessionId);
  return { session, desk };
}

function noSession(sessionId: string | undefined): PermanentError {
  return new PermanentError(`expected the id of a session, was ${JSON.stringify(sessionId)}`, {
    code: 'not_found',
    status: 404,
  });
}

/** The same key answers the same session. */
async function run(parts: DeskRoutes, request: OperationRequest): Promise<string> {
  const body = request.body as RunRequest & { requestId?: string };
  const key = request.idempotencyKey ?? body.requestId;
  const sessionId = key === undefined ? randomUUID().slice(0, 13) : hashOf(key);
  return parts.change(
    async (turn) => {
      if (turn.sessions.has(sessionId)) return sessionId;
      const spec = sessionSpecOf(body, { sessionId, settings: turn.settings, nowMs: turn.nowMs });
      startSession(turn, spec, { traceId: request.traceId, actor: request.identity.name });
      return Promise.resolve(sessionId);
    },
    [sessionId],
  );
}

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 13);

async function stop(parts: DeskRoutes, request: OperationRequest): Promise<readonly string[]> {
  const { sessionId } = (request.body ?? {}) as { sessionId?: string };
  return parts.change(
    (turn) => {
      const chosen = sessionId === undefined ? [...turn.sessions.values()] : [turn.sessions.get(sessionId)];
      if (sessionId !== undefined && chosen[0] === undefined) throw noSession(sessionId);
      const running = chosen.filter((one): one is Session => one?.status === 'running');
      for (const session of running) {
        const { traceId, identity } = request;
        endSession(turn, session, { status: 'stopped', traceId, atMs: turn.nowMs, actor: identity.name });
      }
      return running.map((session) => session.sessionId);
    },
    sessionId === undefined ? [] : [sessionId],
  );
}
