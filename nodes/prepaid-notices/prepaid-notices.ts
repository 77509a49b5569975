import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import type { DeliveryRules } from '../lib/notice/delivery';
import type { Notice, NoticeChannel } from '../lib/notice/notice';
import { parseNoticeInput, type NoticeInput, type NoticeQuestion } from '../lib/notice/notice-input';
import { noticeSettings } from '../lib/notice/notice-settings';
import type { QuietHours } from '../lib/notice/quiet-hours';
import { isWarning } from '../lib/policy/told-warnings';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import type { Site } from '../lib/site/site';
import { toError } from '../lib/text/to-error';
import { localDays } from '../lib/time/local-days';
import { CalendarDesk } from './calendar-desk';
import { NoticeDesk, type DeskOptions, type NoticeEvent } from './notice-desk';
import { NoticeStatus } from './notice-status';
import { at, openChannels, Port, PORT_BY_CHANNEL, type OpenChannels } from './output-ports';
import { DEFAULTS, MIGRATIONS, type PrepaidNoticesConfig } from './prepaid-notices.config';
import { StatementMail } from './statement-mail';
import { TextDesk, throwIfRefused } from './text-desk';
import { UseDesk } from './use-desk';

/** What waits for its time, or for another try, is looked for this often. */
const DELIVER_EVERY_MS = 2_000;
const CALENDAR_EVERY_MS = 5_000;
/** On the first of a month many are due: so long of each round is theirs. */
const CALENDAR_FOR_MS = 2_500;
/** Half of what a modem port keeps by default; the rest of it is for answers and for what is urgent. */
const MOST_TEXTS_UNDER_WAY = 500;
const COUNT_EVERY_MS = 30_000;
/** More nobody reads through. */
const MAX_UNCONFIRMED = 100;

interface Desks {
  site: Site;
  usualChannel: NoticeChannel;
  quiet: QuietHours | null;
  notices: NoticeDesk;
  texts: TextDesk;
  calendar: CalendarDesk;
  confirms: boolean;
}

export = function register(RED: NodeAPI): void {
  function PrepaidNotices(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const open = openChannels(RED, this);
    const status = new NoticeStatus(RED, this, open);
    let giveBack = (): void => undefined;
    let stop = (): Promise<void> => Promise.resolve();
    let isClosed = false;
    const ready = readyOrFault(
      this,
      () => {
        const desks = openDesks(RED, this, definition, open, {
          tell: (event) => tell(event),
          onUnwired: (channel) => status.missing(channel),
        });
        giveBack = desks.site.claimDelivery(desks.quiet);
        stop = () => desks.notices.stop();
        status.ready();
        return desks;
      },
      () => status.notReady(),
    );

    const tell = (event: NoticeEvent): void => {
      this.send(at(Port.Events, { topic: event.event, payload: event }));
      const { site } = ready();
      status.after(event, site);
      if (!hasArrived(event)) return;
      const { noticeId, atMs } = event;
      // Without a guard nobody waits for it; with one, a warning that arrived may allow what comes after it.
      site.askGuard({ delivered: { noticeId, atMs } }).catch((error: unknown) => this.debug(toError(error)));
    };

    onInput<PrepaidMessage>(this, async (message) => {
      const desks = ready();
      const input = parseNoticeInput(message, desks.site.ownTexts);
      const answer = await take(this, desks, input, message);
      return answer === null ? null : at(Port.Events, { ...message, payload: answer });
    });

    /** Work that nobody waits for: what goes wrong is said, and tried again with the next turn. */
    const attempt = (work: (desks: Desks) => Promise<unknown>): void => {
      try {
        work(ready()).catch((error: unknown) => this.warn(toError(error)));
      } catch {
        // Why it is not ready has been said already.
      }
    };
    const deliver = (): void =>
      attempt((desks) => {
        status.lookAtWires(desks.usualChannel, desks.site);
        return desks.notices.deliver().then(() => desks.notices.settleEarlier());
      });
    const lookAtCalendar = (): void => attempt((desks) => makeWhatIsDue(desks, () => isClosed));
    const timers = [setInterval(deliver, DELIVER_EVERY_MS), setInterval(lookAtCalendar, CALENDAR_EVERY_MS)];
    // The flow has to be complete before anything is sent into it.
    const atStart = setImmediate(() => {
      deliver();
      lookAtCalendar();
    });

    onClose(this, () => {
      isClosed = true;
      clearImmediate(atStart);
      for (const timer of timers) clearInterval(timer);
      giveBack();
      status.close();
      return stop();
    });
  }
  RED.nodes.registerType('prepaid-notices', PrepaidNotices);
};

/** What the calendar asks for, and what no guard has handed to a flow. */
async function makeWhatIsDue({ site, calendar, notices }: Desks, isClosed: () => boolean): Promise<void> {
  const untilMs = site.monotonicMs() + CALENDAR_FOR_MS;
  let isMore = true;
  while (isMore && !isClosed() && site.monotonicMs() < untilMs) {
    isMore = await calendar.turn();
    await notices.takeUnhanded();
  }
}

function openDesks(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  open: OpenChannels,
  hearing: Pick<DeskOptions, 'tell' | 'onUnwired'>,
): Desks {
  const config = migrateConfig<PrepaidNoticesConfig>(definition, MIGRATIONS, DEFAULTS);
  const settings = noticeSettings(config);
  const site = requireSite(RED, config.site);
  const days = localDays(site.timeZone);
  const use = new UseDesk(site, days);
  const { makesStatements, makesTips, confirms } = config;
  const { calendarMinute, mqttPrefix, country, quiet } = settings;
  const warn = (error: Error): void => node.warn(error);
  const mail = new StatementMail(site, warn);
  const load = loadWatch(site);
  const notices = new NoticeDesk(site, {
    siteName: site.siteName,
    mqttPrefix,
    pageOf: (notice) => mail.pageOf(notice),
    rules: () => ({ channel: settings.channel, quiet, days, open: open(), ...load() }),
    hand: (channel, message) => node.send(at(PORT_BY_CHANNEL[channel], message)),
    ...hearing,
  });
  return {
    site,
    usualChannel: settings.channel,
    quiet,
    notices,
    texts: new TextDesk(site, use, country, (noticeId) => notices.answersByText(noticeId)),
    calendar: new CalendarDesk(site, use, { makesStatements, makesTips, calendarMinute }, warn),
    confirms,
  };
}

/** A modem that has hundreds of texts to send gets only what goes first beside them. */
function loadWatch(site: Site): () => Pick<DeliveryRules, 'busy' | 'underWay'> {
  const { notices } = site.store;
  let counted = 0;
  let countedMs = -Infinity;
  // Of a million notices even the number takes its time.
  const underWay = (): number => {
    if (site.monotonicMs() - countedMs < COUNT_EVERY_MS) return counted;
    countedMs = site.monotonicMs();
    counted = notices.countUndelivered();
    return counted;
  };
  return () => {
    const isBusy = notices.countUnderWay('sms') >= MOST_TEXTS_UNDER_WAY;
    return { busy: new Set<NoticeChannel>(isBusy ? ['sms'] : []), underWay };
  };
}

/** Does what a message asks for; the answer goes out with it, null is none. */
async function take(
  node: Node,
  desks: Desks,
  input: NoticeInput,
  message: PrepaidMessage,
): Promise<object | null> {
  const { site, notices } = desks;
  switch (input.kind) {
    case 'nothing':
      return null;
    case 'notices':
      await notices.take(input.noticeIds.map((noticeId) => storedNotice(site, noticeId)));
      return null;
    case 'word':
      await notices.hear(input);
      return null;
    case 'contact': {
      const { accountId, change } = input;
      const by = typeof message['by'] === 'string' && message['by'] !== '' ? message['by'] : 'flow';
      throwIfRefused(await site.post({ type: 'changeContact', accountId, change, by }));
      return { contact: site.store.accountCard(accountId) };
    }
    case 'ask':
      return ANSWERS[input.ask](site);
    case 'text': {
      const outcome = await desks.texts.take(input.text);
      if (outcome?.answer) node.send(at(Port.Texts, outcome.answer));
      // The modem may let go of a text once it is dealt with, also of one that came before.
      const { incomingId } = input.text;
      if (desks.confirms && incomingId !== '') node.send(at(Port.Texts, { payload: { took: incomingId } }));
      return outcome?.event ?? null;
    }
  }
}

const ANSWERS: Readonly<Record<NoticeQuestion, (site: Site) => object>> = {
  waiting: ({ store }) => ({ ask: 'waiting', waiting: store.notices.countUndelivered() }),
  unconfirmed: ({ store }) => ({
    ask: 'unconfirmed',
    notices: store.notices.unconfirmed(MAX_UNCONFIRMED).map(({ notice, delivery: { channel, reason } }) => {
      const { noticeId, kind, accountId, name, text, atMs } = notice;
      return { noticeId, kind, accountId, name, text, atMs, channel, reason };
    }),
  }),
};

function storedNotice(site: Site, noticeId: number): Notice {
  const notice = site.store.notices.notice(noticeId);
  if (notice) return notice;
  throw new RangeError(`payload.noticeId must be a notice of this site, got ${noticeId}`);
}

/** A warning that is with the customer. Mail and MQTT say no more than that they have it. */
function hasArrived({ event, channel, kind }: NoticeEvent): boolean {
  if (!isWarning(kind)) return false;
  return event === 'delivered' || (event === 'sent' && channel !== 'sms');
}
