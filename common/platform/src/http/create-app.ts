import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { adminGatePath, type AdminGate } from '../auth/admin-gate.js';
import type { Authenticator } from '../auth/authenticator.js';
import { AppError, TransientError } from '../errors/errors.js';
import type { HttpSample } from '../observe/platform-metrics.js';
import { docsPage } from './docs-page.js';
import type { HealthReport } from './health.js';
import { expressPath, type ApiDocument, type ApiOperation } from './open-api-document.js';
import type { Operation, OperationReply, Operations } from './operation.js';
import { toProblem, type Problem } from './problem.js';
import { limitRate } from './rate-limit.js';
import { openScope, scopeOf } from './request-scope.js';
import { openValidator } from './validate-requests.js';

export interface AppOptions {
  readonly agent: string;
  readonly document: ApiDocument;
  readonly authenticator: Authenticator;
  /** Left out: nothing comes to this agent's admin routes through the edge. */
  readonly adminGate?: AdminGate | undefined;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly observe: (sample: HttpSample) => void;
  readonly health: () => Promise<HealthReport>;
  /** `undefined` while the agent does not serve (starting, draining): then operations answer 503. */
  readonly operations: () => Operations | undefined;
  readonly rateLimitPerMinute: number;
  readonly validateResponses: boolean;
}

/** The agent's HTTP application: its operations as the OpenAPI file has them, and the platform's own routes. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // Proxies in front of us stand in private networks; whoever calls from outside comes through them.
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.use(openScope(options.observe));
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  addProbes(app, options);
  addAdminGate(app, options);
  app.use((request, _response, next) => {
    scopeOf(request).identity = options.authenticator.identify(request.headers);
    next();
  });
  app.use(limitRate(options.rateLimitPerMinute, 'anonymous'));
  addDocs(app, options);
  addOperations(app, options);
  app.use((request: Request) => {
    throw new AppError(`expected a path of the API, was ${request.method} ${request.path}`, {
      code: 'not_found',
      status: 404,
    });
  });
  app.use(problemHandler(options.logger));
  return app;
}

function addProbes(app: Express, { health, registry }: AppOptions): void {
  app.get('/livez', (request, response) => {
    scopeOf(request).route = '/livez';
    response.json({ status: 'ok' });
  });
  app.get('/health', async (request, response) => {
    scopeOf(request).route = '/health';
    const report = await health();
    response.status(report.status === 'ok' ? 200 : 503).json(report);
  });
  app.get('/metrics', async (request, response) => {
    scopeOf(request).route = '/metrics';
    const text = await registry.metrics();
    response.setHeader('Content-Type', registry.contentType);
    response.end(text);
  });
}

/** Asked by the edge before it lets a request of the admin host through: 204 and the user's name, or the refusal. */
function addAdminGate(app: Express, { adminGate, logger }: AppOptions): void {
  app.get(adminGatePath, async (request, response) => {
    scopeOf(request).route = adminGatePath;
    if (adminGate === undefined) {
      throw new TransientError('EDGE_TRUST_DIR is not set: the admin host is closed', { code: 'admin_gate_closed' });
    }
    const verdict = await adminGate.judge(request.headers);
    if (!verdict.admitted) {
      const { reason } = verdict;
      logger.warn({ reason, client: request.ip }, `refused at the admin gate: ${reason}`);
      throw new AppError(`expected a signed-in person with a valid certificate of theirs, was ${reason}`, {
        code: reason,
        status: 403,
      });
    }
    response.setHeader('X-Forwarded-User', verdict.email);
    response.status(204).end();
  });
}

function addDocs(app: Express, { agent, document }: AppOptions): void {
  app.get('/openapi.yaml', (request, response) => {
    scopeOf(request).route = '/openapi.yaml';
    response.setHeader('Content-Type', 'application/yaml; charset=utf-8');
    response.end(document.text);
  });
  app.use(
    '/docs',
    (request, _response, next) => {
      scopeOf(request).route = '/docs';
      next();
    },
    docsPage(document.text, `openapi/${agent}.yaml`),
  );
}

function addOperations(app: Express, options: AppOptions): void {
  const { document, authenticator, agent } = options;
  const validate = openValidator(document, { agent, validateResponses: options.validateResponses });
  const { operations } = document;
  for (const operation of operations) {
    app[operation.method](
      expressPath(operation.path),
      async (request, _response, next) => {
        const scope = scopeOf(request);
        scope.route = operation.path;
        scope.params = { ...request.params };
        const { scheme, adminScope } = operation;
        if (scheme !== undefined) scope.identity = await authenticator.admit({ scheme, adminScope }, request.headers);
        next();
      },
      ...(operation.rateLimitPerMinute === undefined ? [] : [limitRate(operation.rateLimitPerMinute, 'everybody')]),
      onlyJson(operation),
      express.json({ limit: operation.bodyLimitBytes }),
      ...validate,
      serve(operation.operationId, options.operations),
    );
  }
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const allowed = operations.filter((operation) => operation.path === path).map(({ method }) => method.toUpperCase());
    app.all(expressPath(path), (request, response) => {
      scopeOf(request).route = path;
      response.setHeader('Allow', allowed.join(', '));
      throw new AppError(`${path}: expected ${allowed.join(' or ')}, was ${request.method}`, {
        code: 'method_not_allowed',
        status: 405,
      });
    });
  }
}

/**
 * Bodies are JSON or refused. Where no body is read the content type is dropped: the validator keeps a compiled schema for
 * every content type that it sees.
 */
function onlyJson({ takesBody }: ApiOperation) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const type = request.headers['content-type'];
    if (!takesBody || type === undefined) {
      delete request.headers['content-type'];
      next();
      return;
    }
    if (!/^application\/json\s*(;|$)/i.test(type)) {
      const wanted = 'Content-Type: expected application/json';
      throw new AppError(`${wanted}, was ${type.slice(0, 80)}`, { code: 'unsupported_media_type', status: 415 });
    }
    next();
  };
}

function serve(operationId: string, operations: () => Operations | undefined) {
  return async (request: Request, response: Response): Promise<void> => {
    const handler = operations()?.[operationId];
    if (handler === undefined) {
      response.setHeader('Connection', 'close');
      throw new TransientError('expected a ready agent, was one that starts or stops', { code: 'not_ready' });
    }
    send(response, await call(handler, request));
  };
}

async function call(handler: Operation, request: Request): Promise<OperationReply> {
  const { identity, requestId, traceId } = scopeOf(request);
  const key = request.headers['idempotency-key'];
  return handler({
    params: request.params as Readonly<Record<string, string>>,
    query: request.query,
    body: request.body as unknown,
    identity,
    requestId,
    traceId,
    idempotencyKey: typeof key === 'string' ? key : undefined,
  });
}

function send(response: Response, reply: OperationReply): void {
  response.status(reply.status);
  if (reply.body === undefined) response.end();
  else response.json(reply.body);
}

function problemHandler(logger: Logger): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  // eslint-disable-next-line max-params
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    const { requestId, route, params } = scopeOf(request);
    const { query, headers } = request;
    const problem = toProblem(error, { requestId, body: request.body as unknown, query, params, headers });
    logProblem(logger, problem, { method: request.method, route, status: problem.status, err: error });
    if (response.headersSent) {
      next(error);
      return;
    }
    response.statusCode = problem.status;
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
    response.end(JSON.stringify(problem.body));
  };
}

/** A bug is an error somebody must look at; what will pass is a warning; what the caller did wrong is information. */
function logProblem(logger: Logger, problem: Problem, fields: { err: unknown; [field: string]: unknown }): void {
  const { code, detail } = problem.body;
  const { err, ...request } = fields;
  if (problem.errorId !== undefined) {
    logger.error({ ...request, err, errorId: problem.errorId }, 'request failed unexpectedly');
  } else if (problem.status >= 500) {
    logger.warn({ ...request, err, code }, 'request failed');
  } else {
    logger.info({ ...request, code, detail }, 'request refused');
  }
}
