import { expect, test } from 'vitest';
import { aNotice } from '../testing/builders.js';
import { slackMessageOf } from './slack-message.js';

test('shows severity, type, message, context, trace and request', () => {
  expect(slackMessageOf(aNotice())).toEqual({
    text: '[WARNING] risk_reject: BTC-USDT buy of 11 refused',
    blocks: [
      {
        type: 'section',
        text: { type: 'mrkdwn', text: ':warning: *[WARNING] risk_reject*\nBTC-USDT buy of 11 refused' },
      },
      { type: 'section', text: { type: 'mrkdwn', text: '```symbol: BTC-USDT\nriskScore: 1```' } },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: 'trace `t1` · request `r1` · 2024-01-01T01:00:00.000Z' }],
      },
    ],
  });
});

test('leaves out what a notice does not have', () => {
  const { text, blocks } = slackMessageOf(aNotice({ message: null, context: {}, requestId: null }));
  expect(text).toBe('[WARNING] risk_reject');
  expect(blocks.map((block) => block.type)).toEqual(['section', 'context']);
});

test('nobody can mention a channel or forge a link', () => {
  const { text } = slackMessageOf(aNotice({ message: '<!channel> & <https://x|bank>' }));
  expect(text).toBe('[WARNING] risk_reject: &lt;!channel&gt; &amp; &lt;https://x|bank&gt;');
});

test('cuts no escape in two', () => {
  const { text } = slackMessageOf(aNotice({ message: `${'m'.repeat(2498)}&&` }));
  expect(text.endsWith('mm …')).toBe(true);
});

test('stays below the length that Slack takes', () => {
  const { blocks } = slackMessageOf(aNotice({ message: '<'.repeat(4000), context: { trace: '`'.repeat(9000) } }));
  for (const block of blocks) if (block.type === 'section') expect(block.text.text.length).toBeLessThan(3000);
});
