import { expect, test } from 'vitest';
import { slackWebhooksOf } from './webhooks.js';

test('the webhook of a severity goes before the common one', () => {
  const env = { SLACK_WEBHOOK_URL: 'https://hooks/all', SLACK_WEBHOOK_URL_CRITICAL: 'https://hooks/critical' };
  expect(slackWebhooksOf(env)).toEqual({
    info: 'https://hooks/all',
    warning: 'https://hooks/all',
    critical: 'https://hooks/critical',
  });
});

test('without variables nothing is sent', () => {
  expect(slackWebhooksOf({})).toEqual({});
});

test('a text that is no URL is named and not shown', () => {
  expect(() => slackWebhooksOf({ SLACK_WEBHOOK_URL_INFO: 'hooks.slack.com/secret' })).toThrow(
    expect.objectContaining({
      problems: ['environment: SLACK_WEBHOOK_URL_INFO: expected an http or https URL, was another text'],
    }) as Error,
  );
});
