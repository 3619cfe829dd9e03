import { AppError, PermanentError, TransientError } from '../errors/errors.js';

interface Target {
  readonly agent: string;
  readonly method: string;
  readonly path: string;
}

interface FailedReply {
  /** 400 or more. */
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

interface ProblemBody {
  readonly title: string;
  readonly code: string;
  readonly detail: string;
}

const transientStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/**
 * What a failed reply means to the caller: TransientError for 408, 409 with code `behind`, 429, 502, 503 and 504; PermanentError for
 * other 4xx; AppError `upstream_failed` for what is a bug over there. Codes are the problem's own.
 */
export function errorOfReply(target: Target, reply: FailedReply): AppError {
  const problem = problemOf(reply);
  const where = `${target.agent} ${target.method} ${target.path}`;
  const message = `${where}: expected success, was ${String(reply.status)} ${problem.title}: ${problem.detail}`;
  const details = { agent: target.agent };
  if (transientStatuses.has(reply.status) || (reply.status === 409 && problem.code === 'behind')) {
    const retryAfterMs = retryAfterOf(reply);
    return new TransientError(message, {
      code: problem.code,
      status: reply.status,
      details,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (reply.status < 500) return new PermanentError(message, { code: problem.code, status: reply.status, details });
  return new AppError(message, { code: 'upstream_failed', status: 502, details });
}

function problemOf(reply: FailedReply): ProblemBody {
  const fallback = { title: 'Error', code: `http_${String(reply.status)}`, detail: reply.text.slice(0, 200) };
  try {
    const parsed: unknown = JSON.parse(reply.text);
    if (typeof parsed !== 'object' || parsed === null) return fallback;
    const { title, code, detail } = parsed as Record<string, unknown>;
    return {
      title: typeof title === 'string' ? title : fallback.title,
      code: typeof code === 'string' ? code : fallback.code,
      detail: typeof detail === 'string' ? detail : fallback.detail,
    };
  } catch {
    return fallback; // no JSON: a proxy answered
  }
}

function retryAfterOf(reply: FailedReply): number | undefined {
  const seconds = Number(reply.retryAfter);
  return reply.retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
