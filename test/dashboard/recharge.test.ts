import assert from 'node:assert/strict';
import { Tab } from './widget';

interface Attempt {
  state: string;
  reference: string;
  amount: string;
  reason?: string;
}

interface Recharge {
  amount: string;
  accountId: string;
  problem: string;
  attempt: Attempt | null;
  headline: string;
  detail: string;
  take(msg: object): void;
  prepare(): void;
  pay(): void;
  setAttempt(attempt: Attempt | null): void;
}

const ACCOUNTS = {
  kind: 'accounts',
  currency: 'INR',
  accounts: [
    { accountId: 'house-001', name: 'Mill Lane 1' },
    { accountId: 'house-007', name: 'Mill Lane 7' },
  ],
};
const DARK = { accountId: 'house-007', meterId: 'meter-007', supply: 'off', reported: 'off' };

/** The widget in a tab, be it the first time or after a reload. */
function openIn(tab: Tab): Recharge {
  const widget = tab.open('recharge.vue') as unknown as Recharge;
  widget.take({ payload: ACCOUNTS });
  return widget;
}

describe('recharge.vue', () => {
  let tab: Tab;
  let widget: Recharge;
  beforeEach(() => {
    tab = new Tab();
    widget = openIn(tab);
  });

  const prepare = (amount: string): Attempt => {
    widget.amount = amount;
    widget.prepare();
    assert.ok(widget.attempt, widget.problem);
    return widget.attempt;
  };

  for (const [typed, meant] of [
    ['100', '100.00'],
    [' 12.5 ', '12.50'],
    ['12,50', '12.50'],
    ['007', '7.00'],
    ['0.05', '0.05'],
  ] as const) {
    it(`reads "${typed}" as ${meant}`, () => assert.equal(prepare(typed).amount, meant));
  }

  for (const typed of ['', '0', '0.00', '-5', '1.234', '1e3', '12.', 'ten', '12345678']) {
    it(`refuses "${typed}"`, () => {
      widget.amount = typed;
      widget.prepare();
      assert.equal(widget.attempt, null);
      assert.match(widget.problem, /such as/);
    });
  }

  it('sends nothing before it is confirmed, and once however often the button is pressed', () => {
    const { reference } = prepare('100');
    assert.deepEqual(tab.sent, []);
    widget.pay();
    widget.pay();
    assert.deepEqual(tab.sent, [
      { topic: 'recharge', reference, payload: { accountId: 'house-001', amount: '100.00', reference } },
    ]);
  });

  it('draws a new reference for every payment, and keeps it while asking again', () => {
    const first = prepare('100').reference;
    widget.pay();
    tab.wait();
    assert.match(widget.headline, /No answer yet/);
    widget.pay();
    assert.deepEqual(new Set(tab.sent.map(({ reference }) => reference)), new Set([first]));
    assert.equal(tab.sent.length, 2);

    widget.take({ reference: first, payload: { balance: 'INR 95.00', supply: 'on' } });
    widget.setAttempt(null);
    assert.notEqual(prepare('100').reference, first);
    assert.match(first, /^dashboard-[0-9a-f]{32}$/);
  });

  it('remembers over a reload what was sent and not answered, and forgets what was', () => {
    const { reference } = prepare('100');
    widget.pay();
    const reloaded = openIn(tab);
    assert.equal(reloaded.attempt?.state, 'silent');
    assert.equal(reloaded.attempt.reference, reference);
    reloaded.take({ reference, payload: { balance: 'INR 95.00', supply: 'on' } });
    assert.equal(openIn(tab).attempt, null);
  });

  it('tells that the light comes back, and then that it is back', () => {
    widget.take({ topic: 'choose', payload: { kind: 'meter', meter: DARK } });
    const { reference } = prepare('100');
    widget.pay();
    widget.take({ reference, payload: { balance: 'INR 95.00', supply: 'on' } });
    assert.equal(widget.headline, 'INR 100.00 credited to Mill Lane 7 – the light comes back.');
    assert.doesNotMatch(widget.detail, /on again/);
    widget.take({ topic: 'refresh', payload: { kind: 'meter', meter: { ...DARK, reported: 'on' } } });
    assert.match(widget.detail, /INR 95.00\. The light is on again\./);
  });

  it('does not promise light when the balance stays too low', () => {
    widget.take({ topic: 'choose', payload: { kind: 'meter', meter: DARK } });
    const { reference } = prepare('1');
    widget.pay();
    widget.take({ reference, payload: { balance: 'INR -3.00', supply: 'off' } });
    assert.match(widget.headline, /too low for the light/);
  });

  it('shows why a payment was refused, and ignores answers to others', () => {
    const { reference } = prepare('100');
    widget.pay();
    widget.take({ reference: 'of-somebody-else', payload: {}, error: { message: 'not for us' } });
    assert.equal(widget.attempt?.state, 'sending');
    widget.take({ reference, payload: {}, error: { message: 'RangeError: there is no such account' } });
    assert.equal(widget.attempt.state, 'failed');
    assert.equal(widget.detail, 'there is no such account');
  });

  it('does not change the account under a payment that is under way', () => {
    const other = { ...DARK, accountId: 'house-007' };
    prepare('100');
    widget.take({ topic: 'choose', payload: { kind: 'meter', meter: other } });
    assert.equal(widget.accountId, 'house-001');
    widget.setAttempt(null);
    widget.take({ topic: 'choose', payload: { kind: 'meter', meter: other } });
    assert.equal(widget.accountId, 'house-007');
  });
});
