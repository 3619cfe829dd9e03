import type { Severity } from '@octant/trading/messages/notify-event';

/** What a message is made of. */
export interface SlackNotice {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly message: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  readonly traceId: string;
  readonly publishedAt: string;
}

interface MarkdownText {
  readonly type: 'mrkdwn';
  readonly text: string;
}

/** Body of the webhook request. `text` is what a phone's notification shows. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: (
    | { readonly type: 'section'; readonly text: MarkdownText }
    | { readonly type: 'context'; readonly elements: MarkdownText[] }
  )[];
}

const MARKS: Readonly<Record<Severity, string>> = {
  info: ':information_source:',
  warning: ':warning:',
  critical: ':rotating_light:',
};

/** Slack refuses a block's text above 3000 characters, and a long context hides the message. */
const LONGEST_MESSAGE = 2500;
const LONGEST_CONTEXT = 2500;

/** One notice as Slack shows it: severity, type and message, the context as lines, trace id and time below. */
export function slackMessageOf(notice: SlackNotice): SlackMessage {
  const title = `[${notice.severity.toUpperCase()}] ${escaped(notice.type)}`;
  const message = notice.message === null ? '' : cut(escaped(notice.message), LONGEST_MESSAGE);
  const context = contextLines(notice.context);
  const origin = [
    `trace \`${escaped(notice.traceId)}\``,
    ...(notice.requestId === null ? [] : [`request \`${escaped(notice.requestId)}\``]),
    escaped(notice.publishedAt),
  ];
  const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });
  return {
    text: message === '' ? title : `${title}: ${message}`,
    blocks: [
      section(`${MARKS[notice.severity]} *${title}*${message === '' ? '' : `\n${message}`}`),
      ...(context === '' ? [] : [section(`\`\`\`${context}\`\`\``)]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: origin.join(' · ') }] },
    ],
  };
}

function contextLines(context: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(context).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return cut(escaped(lines.join('\n').replaceAll('```', "'''")), LONGEST_CONTEXT);
}

/** An escaped text, cut where no escape is torn. */
function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest).replace(/&[a-z]{0,3}$/, '')} …`;
}

/** The three characters that Slack reads as markup of links and mentions. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
