import { describe, expect, it } from 'vitest';
import { sendingReceivers } from './observe-monitoring.js';

describe('sendingReceivers', () => {
  it('names the receivers that have somewhere to send to', () => {
    const configuration = [
      'route:',
      '  receiver: ops',
      'receivers:',
      '- name: "null"',
      '- name: ops',
      '  slack_configs:',
      '  - channel: "#ops"',
      'templates: []',
    ];
    expect(sendingReceivers(configuration.join('\n'))).toEqual(['ops']);
  });

  it('reads indented lists, too, and finds none where there are none', () => {
    expect(sendingReceivers('receivers:\n  - name: page\n    webhook_configs:\n      - url: http://x\n')).toEqual([
      'page',
    ]);
    expect(sendingReceivers('receivers:\n- name: nobody\n')).toEqual([]);
  });
});
