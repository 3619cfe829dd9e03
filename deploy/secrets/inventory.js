import { randomBytes } from 'node:crypto';

/** 192 bits, in characters that need no escape in a URL, a configuration file, SQL or a shell. */
const password = () => randomBytes(24).toString('base64url');

const agents = [
  'orchestrator',
  'market_analyst',
  'portfolio_manager',
  'risk_manager',
  'trade_executor',
  'notification_manager',
  'parameter_optimizer',
  'mcp_hub_controller',
];
const redisUsers = [...agents, 'guardian', 'exporter', 'admin'];
const postgresUsers = [...agents, 'exporter', 'backup'];

/**
 * Every file below `secrets/`: `make` gives the value of one that is missing; without it the secret belongs to an optional
 * integration, and its file is empty until somebody sets it.
 */
export const inventory = [
  { name: 'admin_token', make: password, use: 'admin routes: X-Admin-Token' },
  { name: 'service_token', make: password, use: 'calls between agents that move money' },
  { name: 'token_signing_key', make: () => randomBytes(32).toString('base64url'), use: 'short-lived admin tokens' },
  { name: 'postgres_password', make: password, use: "Postgres' superuser: roles and migrations" },
  ...postgresUsers.map((user) => ({
    name: `postgres_password_${user}`,
    make: password,
    use: `Postgres role ${user}`,
  })),
  ...redisUsers.map((user) => ({
    name: `redis_password_${user}`,
    make: password,
    use: `Redis user ${user.replaceAll('_', '-')}`,
  })),
  // oauth2-proxy takes 16, 24 or 32 raw bytes: 24 random ones make 32 characters.
  { name: 'oauth2_cookie_secret', make: password, use: 'cookies of oauth2-proxy' },
  { name: 'grafana_admin_password', make: password, use: "Grafana's user admin" },
  { name: 'backup_key', make: () => randomBytes(32).toString('base64url'), use: 'encrypts backups' },
  { name: 'oauth2_client_id', use: 'sign-in: the application at the identity provider' },
  { name: 'oauth2_client_secret', use: 'sign-in: its secret' },
  { name: 'slack_bot_token', use: 'Slack: buttons and messages' },
  { name: 'slack_signing_secret', use: 'Slack: proof that a call comes from Slack' },
  { name: 'slack_webhook_url', use: "Slack: the desk's notices" },
  { name: 'alert_slack_webhook_url', use: "Slack: Alertmanager's alerts" },
  {
    name: 'alert_watchdog_url',
    use: 'called every few minutes while alerts work: whoever misses the call raises the alarm',
  },
  { name: 'jira_api_token', use: 'Jira' },
  { name: 'notion_api_key', use: 'Notion' },
  { name: 'binance_api_key', use: 'Binance: the executor' },
  { name: 'binance_api_secret', use: 'Binance: the executor' },
  { name: 'kraken_api_key', use: 'Kraken: the executor' },
  { name: 'kraken_api_secret', use: 'Kraken: the executor' },
  { name: 'guardian_api_key', use: "the guardian's own key at the exchange" },
  { name: 'guardian_api_secret', use: "the guardian's own key at the exchange" },
];

/** Group of the processes that read secrets: `group_add` in docker-compose.yml. */
export const READERS_GID = 20000;
