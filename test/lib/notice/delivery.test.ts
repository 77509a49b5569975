import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  messageIdOf,
  newDelivery,
  stepWhenDue,
  stepWhenHeard,
  type Contact,
  type DeliveryRules,
  type Word,
} from '../../../nodes/lib/notice/delivery';
import {
  NOTICE_CHANNELS,
  type Delivery,
  type Notice,
  type NoticeChannel,
} from '../../../nodes/lib/notice/notice';
import { NOTICE_KINDS, type NoticeKind } from '../../../nodes/lib/notice/notice-kinds';
import { NOTICE_RULES } from '../../../nodes/lib/notice/notice-rules';
import { noticeTopic, topicPrefix } from '../../../nodes/lib/notice/notice-settings';
import { afterQuiet, quietHours } from '../../../nodes/lib/notice/quiet-hours';
import { waysToWrite } from '../../../nodes/lib/notice/sender-numbers';
import { localDays } from '../../../nodes/lib/time/local-days';
import { property } from '../property';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS = localDays('Asia/Kathmandu');
const at = (text: string): number => Date.parse(`${text}:00+05:45`);
const NOON_MS = at('2026-11-21T12:00');
const NIGHT_MS = at('2026-11-21T23:30');

const noticeOf = (kind: NoticeKind, atMs = NOON_MS): Notice => ({
  noticeId: 7,
  kind,
  accountId: 'A1',
  name: 'Asha',
  to: '+9779800000001',
  language: 'en',
  text: 'x',
  atMs,
  data: {},
});
const CONTACT: Contact = { phone: '+9779800000001', email: '', channel: null, isOptedOut: false };
const rulesOf = (...open: NoticeChannel[]): DeliveryRules => ({
  channel: 'sms',
  open: new Set(open),
  busy: new Set(),
  underWay: () => 0,
  quiet: quietHours('21:00', '07:00'),
  days: DAYS,
});
const RULES = rulesOf('sms', 'email');
const waiting = (changes: Partial<Delivery> = {}): Delivery => ({
  state: 'waiting',
  notBeforeMs: NOON_MS,
  channel: null,
  attempt: 1,
  tries: 0,
  reason: '',
  ...changes,
});

describe('quiet hours', () => {
  const cases: [from: string, to: string, atTime: string, until: string][] = [
    ['21:00', '07:00', '2026-11-21T20:59', '2026-11-21T20:59'],
    ['21:00', '07:00', '2026-11-21T21:00', '2026-11-22T07:00'],
    ['21:00', '07:00', '2026-11-22T06:59', '2026-11-22T07:00'],
    ['21:00', '07:00', '2026-11-22T07:00', '2026-11-22T07:00'],
    ['12:00', '14:00', '2026-11-21T13:00', '2026-11-21T14:00'],
    ['12:00', '14:00', '2026-11-21T14:00', '2026-11-21T14:00'],
    ['00:00', '00:00', '2026-11-21T03:00', '2026-11-21T03:00'],
  ];
  for (const [from, to, time, until] of cases)
    it(`${from} to ${to} at ${time.slice(11)} last until ${until.slice(11)}`, () => {
      assert.equal(afterQuiet(quietHours(from, to), DAYS, at(time)), at(until));
    });

  it('end at the hour of the wall clock also when clocks are put on', () => {
    const days = localDays('Europe/Berlin');
    const beforeMs = Date.UTC(2026, 2, 28, 22);
    assert.equal(afterQuiet(quietHours('21:00', '07:00'), days, beforeMs), Date.UTC(2026, 2, 29, 5));
    // At two the clock goes on to three, so half past two never comes.
    assert.equal(afterQuiet(quietHours('21:00', '02:30'), days, beforeMs), Date.UTC(2026, 2, 29, 1));
  });

  it('are never over for ever', () => {
    property(
      fc.tuple(fc.nat(1_439), fc.nat(1_439), fc.nat(400 * 24 * 60)),
      ([fromMinute, toMinute, minutes]) => {
        if (fromMinute === toMinute) return;
        const days = localDays('America/New_York');
        const nowMs = Date.UTC(2026, 0, 1) + minutes * MINUTE_MS;
        const afterMs = afterQuiet({ fromMinute, toMinute }, days, nowMs);
        assert.ok(afterMs >= nowMs && afterMs <= nowMs + 25 * HOUR_MS);
        assert.equal(afterQuiet({ fromMinute, toMinute }, days, afterMs), afterMs);
      },
    );
  });
});

describe('a notice on its way', () => {
  it('waits for the morning unless it is urgent', () => {
    for (const kind of NOTICE_KINDS) {
      const { notBeforeMs, state } = newDelivery(noticeOf(kind, NIGHT_MS), CONTACT, RULES, NIGHT_MS);
      // What is worth nothing in the morning need not wait for it.
      assert.equal(state, kind === 'high-use' ? 'dropped' : 'waiting');
      assert.equal(notBeforeMs, NOTICE_RULES[kind].isUrgent ? NIGHT_MS : at('2026-11-22T07:00'), kind);
    }
    const urgent: NoticeKind[] = ['cut-off', 'restored', 'top-up', 'overload'];
    assert.ok(urgent.every((kind) => NOTICE_RULES[kind].isUrgent && !NOTICE_RULES[kind].mayBeDeclined));
  });

  it('does not wait for the morning when the credit is used up, since the cut may come before', () => {
    const notice = { ...noticeOf('low-credit', NIGHT_MS), data: { rule: 'used up' } };
    assert.equal(newDelivery(notice, CONTACT, RULES, NIGHT_MS).notBeforeMs, NIGHT_MS);
  });

  it('is not for whoever opted out, if they can do without it', () => {
    for (const kind of NOTICE_KINDS) {
      const { state } = newDelivery(noticeOf(kind), { ...CONTACT, isOptedOut: true }, RULES, NOON_MS);
      assert.equal(state, NOTICE_RULES[kind].mayBeDeclined ? 'dropped' : 'waiting', kind);
    }
    assert.ok(!NOTICE_RULES['low-credit'].mayBeDeclined, 'a cut needs its warning');
    assert.ok(!NOTICE_RULES['limit-near'].mayBeDeclined, 'so does one at the own limit');
  });

  it('takes the way that was chosen, else the usual one, else one that leads there', () => {
    const both = { ...CONTACT, email: 'a@example.org' };
    const cases: [contact: Contact, open: NoticeChannel[], way: string | null][] = [
      [CONTACT, ['sms', 'email', 'mqtt'], 'sms'],
      [{ ...both, channel: 'email' }, ['sms', 'email'], 'email'],
      [{ ...both, channel: 'email' }, ['sms'], 'sms'],
      [{ ...both, channel: 'mqtt' }, ['sms', 'mqtt'], 'mqtt'],
      [{ ...both, phone: '' }, ['sms', 'email'], 'email'],
      [{ ...CONTACT, phone: '' }, ['sms', 'email', 'mqtt'], null],
      [{ ...CONTACT, phone: '' }, [], null],
    ];
    for (const [contact, open, way] of cases) {
      const step = stepWhenDue(noticeOf('cut-off'), waiting(), contact, rulesOf(...open), NOON_MS);
      assert.equal(step.do === 'hand' ? step.channel : null, way);
      assert.equal(step.after.state, way === null ? 'failed' : 'handed');
    }
  });

  it('waits for a wire that is missing, as long as it is worth something', () => {
    const both = { ...CONTACT, email: 'a@example.org' };
    const cases: [contact: Contact, open: NoticeChannel[], unwired: NoticeChannel, reason: string][] = [
      [CONTACT, [], 'sms', 'output 1 is not wired'],
      [CONTACT, ['email', 'mqtt'], 'sms', 'output 1 is not wired'],
      [{ ...both, phone: '' }, ['sms'], 'email', 'output 2 is not wired'],
      [{ ...both, channel: 'mqtt', phone: '', email: '' }, ['sms'], 'mqtt', 'output 3 is not wired'],
    ];
    for (const [contact, open, unwired, reason] of cases) {
      const step = stepWhenDue(noticeOf('cut-off'), waiting(), contact, rulesOf(...open), NOON_MS);
      assert.deepEqual(step, {
        do: 'store',
        unwired,
        after: waiting({ notBeforeMs: NOON_MS + 10_000, reason }),
      });
      const wired = stepWhenDue(noticeOf('cut-off'), step.after, contact, rulesOf(unwired), NOON_MS);
      assert.deepEqual([wired.do, wired.after.state, wired.after.reason], ['hand', 'handed', '']);
      const late = stepWhenDue(noticeOf('cut-off'), step.after, contact, rulesOf(...open), NOON_MS + DAY_MS);
      assert.deepEqual([late.after.state, late.after.reason], ['dropped', 'too late']);
    }
    const night = waiting({ reason: 'output 1 is not wired' });
    assert.equal(stepWhenDue(noticeOf('tip', NIGHT_MS), night, CONTACT, RULES, NIGHT_MS).after.reason, '');
  });

  it('is not written again and again with all the others that wait for a wire', () => {
    const rules = { ...rulesOf(), underWay: () => 5_000 };
    const pauses = Array.from({ length: 20 }, (_, noticeId) => {
      const { after } = stepWhenDue({ ...noticeOf('cut-off'), noticeId }, waiting(), CONTACT, rules, NOON_MS);
      return after.notBeforeMs - NOON_MS;
    });
    assert.deepEqual([new Set(pauses).size, Math.min(...pauses), Math.max(...pauses)], [10, 10_000, 100_000]);
  });

  it('waits for a busy modem unless it is urgent', () => {
    const rules = { ...RULES, busy: new Set<NoticeChannel>(['sms']), underWay: () => 400 };
    const reminder = stepWhenDue(noticeOf('statement'), waiting(), CONTACT, rules, NOON_MS);
    assert.deepEqual(reminder.after, waiting({ notBeforeMs: NOON_MS + MINUTE_MS }));
    for (const kind of ['restored', 'low-credit', 'limit-near'] as const)
      assert.equal(stepWhenDue(noticeOf(kind), waiting(), CONTACT, rules, NOON_MS).do, 'hand', kind);
  });

  it('does not ask a busy modem with all the others at once', () => {
    const rules = { ...RULES, busy: new Set<NoticeChannel>(['sms']), underWay: () => 5_000 };
    const minutes = Array.from({ length: 20 }, (_, noticeId) => {
      const notice = { ...noticeOf('statement'), noticeId };
      const { after } = stepWhenDue(notice, waiting(), CONTACT, rules, NOON_MS);
      return (after.notBeforeMs - NOON_MS) / MINUTE_MS;
    });
    assert.deepEqual([minutes.length, new Set(minutes).size, Math.max(...minutes)], [20, 10, 10]);
  });

  it('is dropped once it is worth nothing any more', () => {
    const notice = noticeOf('high-use');
    const late = stepWhenDue(notice, waiting(), CONTACT, RULES, NOON_MS + 3 * HOUR_MS);
    assert.deepEqual([late.after.state, late.after.reason], ['dropped', 'too late']);
    const early = stepWhenDue(notice, waiting(), CONTACT, RULES, NOON_MS + 3 * HOUR_MS - 1);
    assert.equal(early.do, 'hand');
  });

  it('is dropped when quiet hours outlast it, at once and in the morning', () => {
    const high = noticeOf('high-use', at('2026-11-21T20:00'));
    const evening = at('2026-11-21T21:00');
    const planned = newDelivery(high, CONTACT, RULES, evening);
    assert.deepEqual([planned.state, planned.reason], ['dropped', 'too late']);
    const due = stepWhenDue(high, waiting(), CONTACT, RULES, evening);
    assert.deepEqual([due.after.state, due.after.reason], ['dropped', 'too late']);
    // Low credit is worth three days: released at seven on the last of them, it is late by then.
    const low = noticeOf('low-credit', at('2026-11-18T06:00'));
    assert.equal(stepWhenDue(low, waiting(), CONTACT, RULES, at('2026-11-21T05:59')).after.state, 'dropped');
    const inTime = noticeOf('low-credit', at('2026-11-18T07:01'));
    const held = newDelivery(inTime, CONTACT, RULES, at('2026-11-21T05:59'));
    assert.deepEqual([held.state, held.notBeforeMs], ['waiting', at('2026-11-21T07:00')]);
    assert.equal(stepWhenDue(inTime, held, CONTACT, RULES, held.notBeforeMs).do, 'hand');
    assert.equal(stepWhenDue(inTime, held, CONTACT, RULES, at('2026-11-21T07:01')).after.reason, 'too late');
  });

  it('that a modem was handed may have been sent, whatever it is worth now', () => {
    const handed = waiting({ state: 'handed', channel: 'sms', tries: 1 });
    const late = stepWhenDue(noticeOf('cut-off'), handed, CONTACT, RULES, NOON_MS + DAY_MS);
    assert.deepEqual([late.do, late.after.state], ['store', 'unconfirmed']);
    const optedOut = { ...CONTACT, isOptedOut: true };
    assert.equal(stepWhenDue(noticeOf('tip'), handed, optedOut, RULES, NOON_MS).after.state, 'unconfirmed');
    // Nor does it go by another way then, which would tell it twice.
    const byMail = { ...CONTACT, phone: '', email: 'a@example.org' };
    for (const contact of [byMail, { ...CONTACT, email: byMail.email, channel: 'email' as const }])
      assert.equal(
        stepWhenDue(noticeOf('cut-off'), handed, contact, RULES, NOON_MS).after.state,
        'unconfirmed',
      );
    const nowhere = { ...CONTACT, phone: '' };
    assert.equal(
      stepWhenDue(noticeOf('cut-off'), handed, nowhere, RULES, NOON_MS).after.state,
      'unconfirmed',
    );
    const unwired = stepWhenDue(noticeOf('cut-off'), handed, CONTACT, rulesOf('mqtt'), NOON_MS).after;
    assert.deepEqual([unwired.state, unwired.reason], ['handed', 'output 1 is not wired']);
    // At night it is not asked for again, and stays what it is.
    const night = stepWhenDue(noticeOf('tip', NIGHT_MS), handed, CONTACT, RULES, NIGHT_MS);
    assert.deepEqual([night.do, night.after.state], ['store', 'handed']);
    assert.equal(night.after.notBeforeMs, at('2026-11-22T07:00'));
  });

  it('is handed to a modem again with the same id, ever more seldom and not for ever', () => {
    let delivery = waiting();
    let nowMs = NOON_MS;
    const pauses: number[] = [];
    for (;;) {
      const step = stepWhenDue(noticeOf('statement'), delivery, CONTACT, { ...RULES, quiet: null }, nowMs);
      if (step.do === 'store') {
        assert.equal(step.after.state, 'unconfirmed');
        break;
      }
      assert.equal(
        messageIdOf(noticeOf('statement'), step.after.attempt),
        `notice/statement/A1/7/${NOON_MS}`,
      );
      pauses.push(step.after.notBeforeMs - nowMs);
      delivery = step.after;
      nowMs = delivery.notBeforeMs;
    }
    assert.equal(pauses.length, 12);
    assert.deepEqual(
      pauses,
      [...pauses].sort((a, b) => a - b),
    );
  });

  it('is never handed to a mail server or a broker a second time unless they said that it failed', () => {
    for (const channel of ['email', 'mqtt'] as const) {
      const handed = waiting({ state: 'handed', channel, tries: 1 });
      assert.equal(
        stepWhenDue(noticeOf('cut-off'), handed, CONTACT, RULES, NOON_MS).after.state,
        'unconfirmed',
      );
      const again = stepWhenHeard(handed, { state: 'failed', reason: 'no route' }, NOON_MS);
      assert.deepEqual([again?.state, again?.attempt, again?.reason], ['waiting', 2, 'no route']);
    }
  });

  it('is given up after some messages of its own', () => {
    let delivery = waiting({ state: 'handed', channel: 'sms', tries: 1 });
    const minutes: number[] = [];
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      const next = stepWhenHeard(delivery, { state: 'failed', reason: 'x' }, NOON_MS);
      assert.equal(next?.attempt, attempt);
      minutes.push((next.notBeforeMs - NOON_MS) / MINUTE_MS);
      delivery = { ...next, state: 'handed' };
    }
    assert.deepEqual(minutes, [5, 20, 80, 320]);
    const last = stepWhenHeard(delivery, { state: 'failed', reason: 'x' }, NOON_MS);
    assert.deepEqual([last?.state, last?.attempt], ['failed', 5]);
  });

  it('is sent once whatever happens in whatever order, if no message of it failed', () => {
    const word = fc.constantFrom<Word['state']>('taken', 'sent', 'delivered', 'unconfirmed');
    const event = fc.oneof(word, fc.constant('due' as const));
    const channel = fc.constantFrom(...NOTICE_CHANNELS);
    property(fc.tuple(fc.array(event, { maxLength: 30 }), channel), ([events, way]) => {
      const rules = { ...rulesOf(...NOTICE_CHANNELS), channel: way, quiet: null };
      const contact = { ...CONTACT, email: 'a@example.org' };
      let delivery = waiting();
      const ids = new Set<string>();
      let handed = 0;
      for (const happening of events) {
        if (happening !== 'due') {
          delivery = stepWhenHeard(delivery, { state: happening, reason: '' }, NOON_MS) ?? delivery;
          continue;
        }
        if (!['waiting', 'handed', 'taken'].includes(delivery.state)) continue;
        const step = stepWhenDue(noticeOf('statement'), delivery, contact, rules, NOON_MS);
        delivery = step.after;
        if (step.do === 'store') continue;
        handed += 1;
        ids.add(messageIdOf(noticeOf('statement'), delivery.attempt));
      }
      assert.ok(ids.size <= 1);
      if (way !== 'sms') assert.ok(handed <= 1);
    });
  });
});

describe('the topic of a notice', () => {
  it('is one for each account, whatever it is called', () => {
    assert.equal(noticeTopic('p', 'A1'), 'p/accounts/A1');
    assert.equal(noticeTopic('p', ''), 'p/office');
    assert.equal(noticeTopic('p', 'a/b+#%'), 'p/accounts/a%2fb%2b%23%25');
    property(fc.tuple(fc.string(), fc.string()), ([one, other]) => {
      if (one === '' || other === '' || one === other) return;
      assert.notEqual(noticeTopic('p', one), noticeTopic('p', other));
      assert.doesNotMatch(noticeTopic('p', one).slice('p/accounts/'.length), /[/+#]/);
    });
  });

  it('begins with what can be a topic', () => {
    for (const text of ['', ' ', 'a/+/b', '#', '/a', 'a/', 'a//b', 'x'.repeat(201)])
      assert.throws(() => topicPrefix(text), /mqttPrefix must be a topic/);
    assert.equal(topicPrefix(' prepaid/notices '), 'prepaid/notices');
  });
});

describe('a sender’s number', () => {
  it('is looked for in every way in which staff may have written it', () => {
    assert.deepEqual(waysToWrite('+9779800000001', 'NP'), [
      '+9779800000001',
      '009779800000001',
      '9779800000001',
      '9800000001',
      '09800000001',
    ]);
    assert.deepEqual(waysToWrite('+4915100000001', 'NP'), [
      '+4915100000001',
      '004915100000001',
      '4915100000001',
    ]);
    assert.deepEqual(waysToWrite('MPESA', 'KE'), ['MPESA']);
    assert.deepEqual(waysToWrite('+1', ''), ['+1', '001', '1']);
  });
});
