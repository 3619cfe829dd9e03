import { ConfigError } from '@octant/platform/config/config-error';
import { severity, type Severity } from '@octant/trading/messages/notify-event';

/** Slack webhook by severity; a severity without one is not sent. */
export type SlackWebhooks = Readonly<Partial<Record<Severity, string>>>;

/**
 * `SLACK_WEBHOOK_URL_<SEVERITY>` goes before `SLACK_WEBHOOK_URL`.
 * @throws ConfigError naming each variable that is no http(s) URL; never its value.
 */
export function slackWebhooksOf(env: Readonly<Record<string, string | undefined>>): SlackWebhooks {
  const webhooks: Partial<Record<Severity, string>> = {};
  const problems = new Set<string>();
  for (const name of severity.options) {
    const own = `SLACK_WEBHOOK_URL_${name.toUpperCase()}`;
    const variable = env[own] === undefined ? 'SLACK_WEBHOOK_URL' : own;
    const url = env[variable];
    if (url === undefined) continue;
    if (/^https?:\/\//.test(url) && URL.canParse(url)) webhooks[name] = url;
    else problems.add(`environment: ${variable}: expected an http or https URL, was another text`);
  }
  if (problems.size > 0) throw new ConfigError([...problems]);
  return webhooks;
}
