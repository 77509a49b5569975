import assert from 'node:assert/strict';
import { bareWidget, Tab } from './widget';

interface Card {
  meterId: string;
  why: string;
  detail: string;
  behind: number;
  choices: { as: string }[];
}

interface Held {
  cards: Card[];
  fields: { key: string }[];
  problem: string;
  settlement(card: { refusalId: number }): unknown;
  take(msg: object): void;
}

interface Adopt {
  cards: { meterId: string; readings: { refusalId: number }[] }[];
  mode: string;
  form: Record<string, string>;
  problem: string;
  wrong: string;
  openId: string | null;
  done: string;
  tariffIds: string[];
  take(msg: object): void;
  open(card: object, mode: string): void;
  submit(card: object): void;
  ask(): void;
  person: string;
  nameProblem: string;
}

const HEAD = { meterId: 'M1', accountId: 'A1', name: 'Mill Lane 1', balance: '1.00', lastReadingMs: 1_000 };
const FELL = 'the register fell from 1250000 Wh: a reset is likely, it begins again near zero';

function held(cause: string, meterId = 'M1', energyWh = 500, refusalId = 1): object {
  const content = JSON.stringify({ meterId, atMs: 2_000 + refusalId, energyWh });
  const found = { field: 'energyWh', value: String(energyWh), reason: FELL, atMs: 3_000, times: 1, content };
  return { refusalId, meterId, cause, ...found };
}

const list = (...readings: object[]): object => ({ payload: { kind: 'held', timeZone: 'UTC', readings } });
const site = (energyWh: number | null): object => ({
  payload: { kind: 'neighbourhood', meters: [{ ...HEAD, energyWh }] },
});

describe('the list of held readings', () => {
  function cardsOf(energyWh: number, ...readings: object[]): Card[] {
    const widget = bareWidget('held.vue') as Held;
    widget.take(site(energyWh));
    widget.take(list(...readings));
    return widget.cards;
  }
  const choicesOf = (energyWh: number, cause: string): string[] =>
    (cardsOf(energyWh, held(cause))[0]?.choices ?? []).map(({ as }) => as);

  it('offers first what is likely, by the cause and never by the sentence', () => {
    assert.deepEqual(choicesOf(999_400, 'fell'), ['rollover', 'reset', 'swap', 'reject']);
    assert.deepEqual(choicesOf(1_250_000, 'fell'), ['reset', 'swap', 'rollover', 'reject']);
    assert.deepEqual(choicesOf(1_200, 'fell'), ['swap', 'reset', 'rollover', 'reject']);
    assert.deepEqual(choicesOf(400, 'jump'), ['accept', 'swap', 'reject']);
    assert.deepEqual(choicesOf(400, 'clock'), ['reject', 'accept']);
    assert.deepEqual(choicesOf(400, 'no such cause'), ['accept', 'rollover', 'reset', 'swap', 'reject']);
  });

  it('asks for both registers of a two-way device, and sends what was entered', () => {
    const widget = bareWidget('held.vue') as Held;
    const fellTwoWay = held('fell') as { content: string };
    fellTwoWay.content = fellTwoWay.content.replace('}', ',"exportWh":20}');
    widget.take(site(1_250_000));
    widget.take(list(fellTwoWay, held('fell', 'M1', 500, 2)));
    const keys = (): string[] => widget.fields.map(({ key }) => key);
    const own = ['openingKwh', 'closingKwh'];
    Object.assign(widget, { as: 'swap', openId: 2 });
    assert.deepEqual(keys(), own);
    Object.assign(widget, { openId: 1 });
    assert.deepEqual(keys(), [...own, 'otherOpeningKwh', 'otherClosingKwh']);
    const settlementWith = (other: object): unknown => {
      const form = { openingKwh: '0', closingKwh: '', otherOpeningKwh: '', otherClosingKwh: '', ...other };
      return widget.settlement.call(Object.assign(widget, { form }), { refusalId: 1 });
    };
    const given = { refusalId: 1, as: 'swap', openingWh: 0, closingWh: undefined };
    const nothing = { otherOpeningWh: undefined, otherClosingWh: undefined };
    assert.deepEqual(settlementWith({}), { ...given, ...nothing });
    assert.deepEqual(settlementWith({ otherOpeningKwh: '0.01', otherClosingKwh: '5' }), {
      ...given,
      otherOpeningWh: 10,
      otherClosingWh: 5_000,
    });
    for (const other of [{ otherClosingKwh: '5' }, { otherOpeningKwh: 'x' }]) {
      assert.equal(settlementWith(other), null);
      assert.match(widget.problem, /fed back/);
    }
  });

  it('says of a reading without a price that it is taken by itself', () => {
    assert.match(cardsOf(400, held('no-price'))[0]?.why ?? '', /taken by itself once one is approved\.$/);
    assert.deepEqual(choicesOf(400, 'no-price'), ['accept', 'reject']);
  });

  it('shows the sentence of the check with its figures', () => {
    const [card] = cardsOf(1_250_000, held('fell'));
    assert.match(card?.why ?? '', /The register shows less than before\.$/);
    assert.equal(card?.detail, `T${FELL.slice(1)} (energyWh 500).`);
  });

  it('puts behind a fallen register what falls with it, and nothing that needs a decision of its own', () => {
    const cards = cardsOf(
      1_250_000,
      held('fell', 'M1', 1, 1),
      held('fell', 'M1', 2, 2),
      held('clock', 'M1', 3, 3),
    );
    assert.deepEqual(
      cards.map(({ behind }) => behind),
      [1, 0],
    );
  });

  it('leaves meters that nobody has registered to the widget of new meters', () => {
    assert.deepEqual(cardsOf(1_250_000, held('unknown-meter', 'M2')), []);
    assert.equal(cardsOf(1_250_000, held('unknown-meter', 'M1')).length, 1);
  });
});

describe('the widget of new meters', () => {
  function widgetWith(...readings: object[]): { widget: Adopt; sent: Record<string, unknown>[] } {
    const tab = new Tab();
    tab.kept.set('wattkeeper-person', '"A. Clerk"');
    const widget = tab.open('adopt.vue') as unknown as Adopt;
    const { sent } = tab;
    sent.length = 0;
    widget.ask = () => undefined;
    widget.take(site(null));
    widget.take(list(...readings));
    const tariff = { tariff: { tariffId: 'home' }, inForceMs: 5 };
    widget.take({ payload: { kind: 'tariffs', nowMs: 6, tariffs: [tariff, { ...tariff, inForceMs: 9 }] } });
    return { widget, sent };
  }
  it('registers a meter, and then has its readings accepted in their order, in the name of who did it', () => {
    const readings = [held('unknown-meter', 'M2', 20, 8), held('unknown-meter', 'M2', 10, 7)];
    const { widget, sent } = widgetWith(...readings, held('fell'));
    const [card] = widget.cards;
    assert.ok(card && widget.cards.length === 1);
    widget.open(card, 'register');
    Object.assign(widget.form, { name: ' Mill Lane 2 ', phone: '' });
    widget.submit(card);
    widget.submit(card);
    // Each answer makes it send the next, which is answered in its turn.
    for (const { reference } of sent) widget.take({ reference });
    assert.deepEqual(
      sent.map(({ topic, by, payload }) => [topic, by, payload]),
      [
        [
          'register',
          'A. Clerk',
          { register: { accountId: 'M2', name: 'Mill Lane 2', meterId: 'M2', phone: '', tariffId: 'home' } },
        ],
        ['settle', 'A. Clerk', { settle: { refusalId: 7, as: 'accept' } }],
        ['settle', 'A. Clerk', { settle: { refusalId: 8, as: 'accept' } }],
      ],
    );
    assert.equal(widget.openId, null);
    assert.match(widget.done, /^M2 is registered for Mill Lane 2/);
  });

  it('sends nothing that would change another customer, and stops at what the ledger refuses', () => {
    const { widget, sent } = widgetWith(held('unknown-meter', 'M2'));
    const [card] = widget.cards;
    assert.ok(card);
    widget.open(card, 'register');
    Object.assign(widget.form, { name: 'Mill Lane 2', accountId: 'A1' });
    widget.submit(card);
    assert.deepEqual([widget.wrong, sent], ['accountId', []]);
    widget.form['accountId'] = 'A2';
    widget.person = ' ';
    widget.submit(card);
    assert.deepEqual([widget.nameProblem, sent], ['Enter your name first.', []]);
    widget.person = 'A. Clerk';
    widget.submit(card);
    widget.take({ reference: sent[0]?.reference, error: { message: 'RangeError: no' } });
    assert.equal(sent.length, 1);
    assert.equal(widget.problem, 'The ledger did not do it: no.');
  });
});
