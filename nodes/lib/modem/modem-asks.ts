import { readPdu } from '../sms/read-pdu';
import { type Contact, rawNameOf, readContact } from './contact-name';
import { textField, wholeField } from './modem-input';
import { MODEM_QUESTIONS, type ModemAnswers } from './modem-questions';
import type { ModemService } from './modem-service';

type Given = Readonly<Record<string, unknown>>;
type Answer = (service: ModemService, given: Given) => object | Promise<object>;

/** The status of a stored text, 3GPP TS 27.005 clause 3.1. */
const STORED = ['unread', 'read', 'draft', 'sent'] as const;

const isQuestion = (ask: string): ask is keyof ModemAnswers => Object.hasOwn(MODEM_QUESTIONS, ask);

async function storedTexts({ modem }: ModemService): Promise<object> {
  const entries = await modem.listTexts();
  const texts = entries.map(({ slot, status, pdu }) => {
    const read = readPdu(pdu);
    const stored = STORED[status] ?? 'unknown';
    if (read.kind === 'deliver')
      return { slot, stored, from: read.from.text, text: read.text, sentAtMs: read.sentAt?.atMs ?? null };
    if (read.kind === 'submit') return { slot, stored, to: read.to.text, text: read.text };
    return { slot, stored, pduHex: pdu };
  });
  return { texts };
}

async function contacts({ modem }: ModemService, given: Given): Promise<{ contacts: Contact[] }> {
  const { charset } = modem.state;
  const entries =
    given['search'] === undefined
      ? await modem.phoneBook.read(...(await rangeOf(modem, given)))
      : await modem.phoneBook.search(rawNameOf(textField(given, 'search'), charset));
  return { contacts: entries.map((entry) => readContact(entry, charset)) };
}

async function rangeOf(modem: ModemService['modem'], given: Given): Promise<[number, number]> {
  if (given['index'] !== undefined) return [wholeField(given, 'index'), wholeField(given, 'index')];
  const { first, last } = await modem.phoneBook.range();
  return [first, last];
}

async function saveContact({ modem }: ModemService, given: Given): Promise<object> {
  const index = given['index'] === undefined ? null : wholeField(given, 'index');
  const name = textField(given, 'name');
  const number = textField(given, 'number');
  await modem.phoneBook.write(index, number, rawNameOf(name, modem.state.charset));
  return { name, number };
}

async function aboutText(
  given: Given,
  find: (messageId: string) => object | null | Promise<object | null>,
): Promise<object> {
  const messageId = textField(given, 'messageId');
  const found = await find(messageId);
  if (!found)
    throw new RangeError(`payload.messageId must be a text that waits or is known, got ${messageId}`);
  return found;
}

/** What can be asked besides the plain questions to the modem. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  state: ({ state }) => state,
  balance: (service) => service.balance(),
  ussd: (service, given) => service.ussd(textField(given, 'code')),
  endUssd: async ({ modem }) => {
    await modem.cancelUssd();
    return {};
  },
  text: (service, given) => aboutText(given, (messageId) => service.reportOf(messageId)),
  withdraw: (service, given) => aboutText(given, (messageId) => service.withdraw(messageId)),
  sendAgain: (service, given) => aboutText(given, (messageId) => service.sendAgain(messageId)),
  texts: storedTexts,
  storeText: async (service, given) => ({
    slots: await service.storeText(given['to'], textField(given, 'text')),
  }),
  eraseText: async ({ modem }, given) => {
    const slot = wholeField(given, 'slot');
    await modem.eraseText(slot);
    return { slot };
  },
  contacts,
  saveContact,
  eraseContact: async ({ modem }, given) => {
    const index = wholeField(given, 'index');
    await modem.phoneBook.erase(index);
    return { index };
  },
};

/** The answer to {ask: …}, or a sentence that says what can be asked. */
export async function answerAsk(service: ModemService, ask: string, given: Given): Promise<object> {
  if (isQuestion(ask)) return await service.modem.ask(ask);
  const answer = Object.hasOwn(ANSWERS, ask) ? ANSWERS[ask] : undefined;
  if (!answer) {
    const known = [...Object.keys(MODEM_QUESTIONS), ...Object.keys(ANSWERS)].join(', ');
    throw new RangeError(`payload.ask must be one of ${known}, got ${ask}`);
  }
  return await answer(service, given);
}
