import assert from 'node:assert/strict';
import { Tab } from './widget';

interface WithName {
  person: string;
  nameProblem: string;
  ask(): void;
  hasName(): boolean;
  close(): void;
}

const ASKS_FOR_A_NAME = ['held.vue', 'adopt.vue', 'quarantine.vue', 'ways.vue'];
const NO_ANSWER = 'No answer. Check that the flow is deployed and this page is connected.';

describe('what widgets share', () => {
  let tab: Tab;
  beforeEach(() => (tab = new Tab()));
  const open = (file: string, id?: string): WithName => tab.open(file, id) as unknown as WithName;

  describe('the name for the audit trail', () => {
    it('is at once in all widgets of the page, and there after a reload', () => {
      const widgets = ASKS_FOR_A_NAME.map((file, index) => open(file, `w${index}`));
      for (const [index, widget] of widgets.entries()) {
        widget.person = `A. Clerk ${index}`;
        assert.deepEqual(
          widgets.map(({ person }) => person),
          widgets.map(() => `A. Clerk ${index}`),
        );
      }
      for (const widget of widgets) widget.close();
      for (const file of ASKS_FOR_A_NAME) assert.equal(open(file).person, 'A. Clerk 3');
    });

    it('takes away the problem that there was none, wherever it is typed', () => {
      const [held, adopt] = [open('held.vue', 'w1'), open('adopt.vue', 'w2')];
      adopt.person = ' ';
      assert.equal(adopt.hasName(), false);
      assert.equal(adopt.nameProblem, 'Enter your name first.');
      held.person = 'A. Clerk';
      assert.deepEqual([adopt.nameProblem, adopt.hasName()], ['', true]);
    });

    it('does without a browser that remembers', () => {
      tab.kept.set('wattkeeper-person', 'no JSON');
      assert.equal(open('held.vue').person, '');
    });
  });

  for (const [file, answer] of [
    ['held.vue', { kind: 'held', timeZone: 'UTC', readings: [] }],
    ['quarantine.vue', { quarantine: [], timeZone: 'UTC' }],
    ['ways.vue', { kind: 'ways', silentAfterMs: 1, gateways: [], alarms: [] }],
    ['tariffs.vue', { kind: 'tariffs', nowMs: 0, tariffs: [], timeZone: 'UTC' }],
    ['statement.vue', { kind: 'neighbourhood', nowMs: 0, timeZone: 'UTC', meters: [] }],
  ] as const)
    describe(`a question of ${file}`, () => {
      const said = (payload: object): void => tab.socket.tell('msg-input:w1', { payload });
      let widget: { trouble: string };
      beforeEach(() => (widget = tab.open(file) as unknown as typeof widget));

      it('is answered in time, and nothing is said', () => {
        said(answer);
        tab.wait();
        said(answer);
        assert.equal(widget.trouble, '');
      });

      it('goes without an answer, which is said until one comes', () => {
        tab.wait();
        assert.equal(widget.trouble, NO_ANSWER);
        said(answer);
        assert.equal(widget.trouble, '');
      });

      it('is asked again after a reconnect', () => {
        const before = tab.sent.length;
        tab.socket.tell('connect');
        assert.equal(tab.sent.length, 2 * before);
      });
    });

  it('asks again only while somebody looks at the page', () => {
    open('quarantine.vue');
    tab.isHidden = true;
    tab.wait();
    assert.equal(tab.sent.length, 1);
  });
});
