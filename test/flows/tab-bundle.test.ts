import assert from 'node:assert/strict';
import { bundleOf, inTheOrderOf, withoutWidgetTexts } from '../../flows/tab-bundle.mjs';

const TAB = { id: 'a1', type: 'tab', label: 'Quick start' };
const GROUP = { id: 'a2', type: 'group', z: 'a1', nodes: ['a3'] };
const GAUGE = {
  id: 'a3',
  type: 'ui-template',
  z: 'a1',
  g: 'a2',
  group: 'c1',
  format: '<b>new</b>',
  wires: [['a4']],
};
const USES_SUBFLOW = { id: 'a4', type: 'subflow:b1', z: 'a1', wires: [[]] };
const LINK = { id: 'a5', type: 'link out', z: 'a1', links: ['d2'], wires: [] };
const SUBFLOW = { id: 'b1', type: 'subflow', name: 'Daily sum' };
const IN_SUBFLOW = { id: 'b2', type: 'meter-ingest', z: 'b1', site: 'c5', wires: [[]] };
const UI_GROUP = { id: 'c1', type: 'ui-group', page: 'c2' };
const UI_PAGE = { id: 'c2', type: 'ui-page', ui: 'c3', theme: 'c4' };
const UI_BASE = { id: 'c3', type: 'ui-base' };
const UI_THEME = { id: 'c4', type: 'ui-theme' };
const SITE = { id: 'c5', type: 'prepaid-site', credentials: { key: 'secret' } };
const UNUSED = { id: 'c6', type: 'meter-broker' };
const OTHER_TAB = { id: 'd1', type: 'tab', label: 'Mine' };
const OTHER_LINK = { id: 'd2', type: 'link in', z: 'd1', links: ['a5'], wires: [[]] };

const OURS = [
  TAB,
  GROUP,
  SUBFLOW,
  IN_SUBFLOW,
  UI_GROUP,
  UI_PAGE,
  UI_BASE,
  UI_THEME,
  SITE,
  GAUGE,
  USES_SUBFLOW,
  LINK,
];
const RUNNING = [...OURS.slice(0, 5), UNUSED, OTHER_TAB, ...OURS.slice(5), OTHER_LINK];

describe('saving a tab back into its file', () => {
  it('takes the tab with its groups, its subflows and the config nodes they need, and nothing else', () => {
    assert.deepEqual(bundleOf(TAB, RUNNING), OURS);
  });

  it('keeps the order of nodes and properties, and puts new ones last', () => {
    const before = [
      { type: 'tab', id: 'a1', label: 'Quick start' },
      { id: 'gone', type: 'debug' },
      { z: 'a1', id: 'a3', type: 'x' },
    ];
    const running = [
      { id: 'a3', type: 'x', z: 'a1', fresh: 1 },
      { id: 'a9', type: 'new', z: 'a1' },
      { id: 'a1', type: 'tab', label: 'Quick start' },
    ];
    const text = JSON.stringify(inTheOrderOf(before, running));
    const expected = [before[0], { z: 'a1', id: 'a3', type: 'x', fresh: 1 }, running[1]];
    assert.equal(text, JSON.stringify(expected));
  });

  it('never writes credentials', () => {
    assert.deepEqual(inTheOrderOf([SITE], [SITE]), [{ id: 'c5', type: 'prepaid-site' }]);
  });

  it('puts the text of a widget back into the file that the shipped flow names', () => {
    const before = [{ ...GAUGE, format: 'dashboard/gauge.vue' }, USES_SUBFLOW];
    const { nodes, texts } = withoutWidgetTexts(before, [GAUGE, USES_SUBFLOW], /^dashboard\/.*\.vue$/);
    assert.deepEqual(nodes, before);
    assert.deepEqual([...texts], [['dashboard/gauge.vue', '<b>new</b>']]);
  });

  it('leaves the text of a widget that names no file where it is', () => {
    const { nodes, texts } = withoutWidgetTexts([], [GAUGE], /^dashboard\/.*\.vue$/);
    assert.deepEqual(nodes, [GAUGE]);
    assert.equal(texts.size, 0);
  });
});
