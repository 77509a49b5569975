import assert from 'node:assert/strict';
import { Tab } from './widget';

interface Card {
  step: string;
  buttonText: string;
  text: string;
}

interface Quarantine {
  person: string;
  nameProblem: string;
  cards: Card[];
  problem: string;
  done: string;
  sent: { reference: string } | null;
  ask: () => void;
  take(msg: object): void;
  groups: Group[];
  release(card: object): void;
  releaseAll(group: object): void;
}

interface Group {
  step: string;
  buttonText: string;
}

const WAITING = {
  accountId: 'A1',
  name: 'Mill Lane 7',
  balance: 'INR -1.00',
  rule: 'credit',
  sinceMs: 1_700_000_000_000,
  askedBy: null,
  releasedBy: null,
};

function widgetWith(account: object): { widget: Quarantine; sent: Record<string, unknown>[]; tab: Tab } {
  const tab = new Tab();
  tab.kept.set('wattkeeper-person', '"Asha"');
  const widget = tab.open('quarantine.vue') as unknown as Quarantine;
  const { sent } = tab;
  sent.length = 0;
  widget.ask = () => undefined;
  widget.take({ payload: { quarantine: [account] } });
  return { widget, sent, tab };
}

describe('the list of cuts that wait', () => {
  it('lets one person ask and only another one give', () => {
    const { widget } = widgetWith(WAITING);
    assert.equal(widget.cards[0]!.step, 'askRelease');
    widget.take({ payload: { quarantine: [{ ...WAITING, askedBy: ' ASHA' }] } });
    assert.equal(widget.cards[0]!.step, 'askRelease', 'the same person');
    widget.take({ payload: { quarantine: [{ ...WAITING, askedBy: 'Bela' }] } });
    assert.equal(widget.cards[0]!.step, 'giveRelease');
    assert.match(widget.cards[0]!.text, /credit is used up.*INR -1\.00.*Bela asks for the cut/);
  });

  it('sends what was chosen with the name, and says what became of it', () => {
    const { widget, sent } = widgetWith({ ...WAITING, askedBy: 'Bela' });
    widget.release({ ...WAITING, step: 'giveRelease' });
    const [{ topic, payload, reference } = {}] = sent;
    assert.equal(topic, 'quarantine');
    assert.deepEqual(payload, { giveRelease: { accountId: 'A1', by: 'Asha' } });
    widget.take({ payload: {}, reference: 'another' });
    assert.ok(widget.sent);
    widget.take({ payload: { done: 'giveRelease' }, reference });
    assert.match(widget.done, /Mill Lane 7: the cut is released/);
    assert.equal(widget.sent, null);
  });

  it('says why it was not done, and asks for a name first', () => {
    const { widget, sent } = widgetWith(WAITING);
    widget.person = ' ';
    widget.release({ ...WAITING, step: 'askRelease' });
    assert.deepEqual([widget.nameProblem, sent.length], ['Enter your name first.', 0]);
    widget.person = 'Asha';
    widget.release({ ...WAITING, step: 'askRelease' });
    const { reference } = widget.sent!;
    widget.take({ error: { message: 'RangeError: release.by "Asha": must be another person' }, reference });
    assert.equal(widget.problem, 'It was not done: release.by "Asha": must be another person.');
  });

  it('says when no answer came, and takes no answer after that for one to something else', () => {
    const { widget, tab, sent } = widgetWith(WAITING);
    widget.release({ ...WAITING, step: 'askRelease' });
    tab.wait();
    assert.equal(widget.problem, 'It was not done: there is no answer yet.');
    assert.equal(widget.sent, null);
    widget.take({ payload: { done: 'askRelease' }, reference: sent.at(-1)?.['reference'] });
    assert.equal(widget.done, '');
  });

  it('offers one button for all that are shown, and means just those', () => {
    const { widget, sent } = widgetWith(WAITING);
    assert.deepEqual(widget.groups, [], 'one has a button of its own');
    const asked = { ...WAITING, askedBy: 'Bela' };
    const accounts = ['A1', 'A2', 'A3'].map((accountId) => ({ ...asked, accountId }));
    widget.take({ payload: { quarantine: [...accounts, { ...WAITING, accountId: 'A4' }] } });
    assert.deepEqual(
      widget.groups.map(({ buttonText }) => buttonText),
      ['Release all 3 shown'],
    );
    widget.releaseAll(widget.groups[0]!);
    const payload = { giveRelease: { accountIds: ['A1', 'A2', 'A3'], by: 'Asha' } };
    assert.deepEqual(sent.at(-1)?.['payload'], payload);
    widget.take({ reference: widget.sent?.reference, payload: {} });
    assert.match(widget.done, /^3 accounts: the cut is released/);
  });
});
