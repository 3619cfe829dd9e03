import type { Express } from 'express';
import { AdminGate } from '../auth/admin-gate.js';
import { Authenticator, type AuthenticatorOptions } from '../auth/authenticator.js';
import { RevocationLists } from '../auth/revocation-lists.js';
import { SignedAdminTokens } from '../auth/signed-admin-tokens.js';
import { createApp } from '../http/create-app.js';
import { checkHealth, type Ping } from '../http/health.js';
import type { Operations } from '../http/operation.js';
import { redactor } from '../observe/redact-text.js';
import type { AgentParts } from './agent-parts.js';
import type { AgentState } from './definition.js';

/** The HTTP application of an agent, over its parts and what it is at the moment. */
export function createAgentApp<Config>(
  parts: AgentParts<Config>,
  live: {
    readonly name: string;
    readonly state: () => AgentState;
    readonly operations: () => Operations | undefined;
    /** Beside Redis and Postgres. */
    readonly pings: () => Readonly<Record<string, Ping>>;
  },
): Express {
  const { env, logger, metrics } = parts;
  const redact = redactor(env.secrets);
  const pings = () => ({ redis: () => parts.bus.ping(), postgres: () => parts.database.ping(), ...live.pings() });
  return createApp({
    agent: live.name,
    document: parts.document,
    authenticator: new Authenticator({
      adminToken: env.adminToken,
      serviceToken: env.serviceToken,
      signedTokens: signedTokensOf(parts),
      onFailure: reportAuthFailures(parts),
    }),
    adminGate: adminGateOf(parts),
    logger,
    registry: metrics.registry,
    observe: (sample) => {
      metrics.observeHttp(sample);
    },
    health: () => checkHealth({ service: live.name, state: live.state, pings, redact }),
    operations: live.operations,
    rateLimitPerMinute: env.rateLimitPerMinute,
    validateResponses: env.validateResponses,
  });
}

function signedTokensOf<Config>({ env, usedTokens, clock }: AgentParts<Config>): SignedAdminTokens | undefined {
  const { tokenSigningKey: key } = env;
  return key === undefined ? undefined : new SignedAdminTokens({ key, used: usedTokens, clock });
}

function adminGateOf<Config>({ env, clock }: AgentParts<Config>): AdminGate | undefined {
  const { edgeTrustDir: folder } = env;
  return folder === undefined ? undefined : new AdminGate({ lists: new RevocationLists(folder), clock });
}

function reportAuthFailures<Config>({ logger, metrics, env }: AgentParts<Config>): AuthenticatorOptions['onFailure'] {
  if (env.adminToken === undefined) logger.warn('ADMIN_TOKEN is not set: admin routes are closed');
  if (env.serviceToken === undefined) logger.warn('SERVICE_TOKEN is not set: service routes take an admin token only');
  return ({ scheme, reason }) => {
    metrics.countAuthFailure(scheme);
    const variable = scheme === 'adminToken' ? 'ADMIN_TOKEN' : 'SERVICE_TOKEN';
    const text = reason === 'not_configured' ? `${variable} is not set, these routes are closed` : `${reason} token`;
    logger.warn({ scheme, reason }, `refused: ${text}`);
  };
}
