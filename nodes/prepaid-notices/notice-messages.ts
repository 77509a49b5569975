import { goodForMs, messageIdOf } from '../lib/notice/delivery';
import type { Notice, NoticeChannel } from '../lib/notice/notice';
import { goesFirst, NOTICE_RULES } from '../lib/notice/notice-rules';
import { noticeTopic } from '../lib/notice/notice-settings';
import type { NoticeLabel, PrepaidMessage } from '../lib/meter/prepaid-message';
import { escapeHtml } from '../lib/text/escape-html';

export interface Handing {
  notice: Notice;
  to: string;
  attempt: number;
  nowMs: number;
}

export interface MessageStyle {
  siteName: string;
  mqttPrefix: string;
  /** What goes with the text as a page of its own; null where there is nothing but the text. */
  pageOf: (notice: Notice) => string | null;
}

const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;

type Compose = (handing: Handing, style: MessageStyle, label: NoticeLabel) => PrepaidMessage;

/** What each channel's node takes: gsm-modem, node-red-node-email, mqtt out. */
const MESSAGES: Readonly<Record<NoticeChannel, Compose>> = {
  sms: ({ notice, to, attempt, nowMs }, _style, label) => ({
    topic: notice.kind,
    payload: {
      noticeId: notice.noticeId,
      kind: notice.kind,
      accountId: notice.accountId,
      to,
      text: notice.text,
      messageId: messageIdOf(notice, attempt),
      priority: priorityOf(notice),
      // To the minute: what leaves the modem late is not worth more for that.
      validityHours: Math.max(1, Math.floor(goodForMs(notice, nowMs) / MINUTE_MS)) / MINUTES_PER_HOUR,
      atMs: notice.atMs,
    },
    prepaid: { notice: label },
  }),
  email: ({ notice, to }, { siteName, pageOf }, label) => ({
    topic: [siteName, notice.accountId].filter((part) => part !== '').join(' · '),
    ...mailBody(notice.text, pageOf(notice)),
    to,
    prepaid: { notice: label },
  }),
  mqtt: ({ notice }, { mqttPrefix }, label) => ({
    topic: noticeTopic(mqttPrefix, notice.accountId),
    payload: {
      noticeId: notice.noticeId,
      kind: notice.kind,
      accountId: notice.accountId,
      language: notice.language,
      text: notice.text,
      atMs: notice.atMs,
      data: notice.data,
    },
    qos: 1,
    retain: false,
    prepaid: { notice: label },
  }),
};

export function messageFor(channel: NoticeChannel, handing: Handing, style: MessageStyle): PrepaidMessage {
  const { notice, attempt } = handing;
  return MESSAGES[channel](handing, style, { noticeId: notice.noticeId, attempt, channel });
}

/**
 * An e-mail node takes a payload with a tag in it for HTML, and then the text from `plaintext`. So that nothing that
 * somebody wrote becomes a page, a text with such a sign goes as a page in which it is escaped.
 */
function mailBody(text: string, page: string | null): PrepaidMessage {
  if (page !== null) return { payload: page, plaintext: text };
  if (!text.includes('<')) return { payload: text };
  return { payload: `<p>${escapeHtml(text)}</p>`, plaintext: text };
}

function priorityOf({ kind }: Notice): 'urgent' | 'normal' | 'low' {
  if (goesFirst(kind)) return 'urgent';
  return NOTICE_RULES[kind].mayBeDeclined ? 'low' : 'normal';
}
