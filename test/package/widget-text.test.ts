import assert from 'node:assert/strict';
import { asKept, writtenOut } from '../../nodes/build/widget-text.mjs';

const SHARED: Record<string, string> = {
  asking: `// Why.\n/* global document */\n\nexport default {\n  // Asks.\n  ask() {\n    this.send({});\n  },\n\n  tell: (text) => \`\${text}.\`,\n};\n`,
  naming: 'export default {\n  hasName: () => true,\n};\n',
};
const KEPT = `<template><b></b></template>

<script>
import asking from './asking.js';
import naming from './naming.js';

export default {
  methods: {
    ...asking,
    ...naming,
    take() {
      return { ...this.answer };
    },
  },
};
</script>
`;

type SharedText = (word: string) => string | null;
const shared: SharedText = (word) => SHARED[word] ?? null;
const inFlow = (kept = KEPT, sharedText = shared): string => writtenOut('held.vue', kept, sharedText);
const saved = (text: string, sharedText = shared): string => asKept('held.vue', text, sharedText);

describe('the text of a widget', () => {
  it('has in a flow what it shares, each line where it is used, and no import', () => {
    const text = inFlow();
    assert.doesNotMatch(text, /import|\.\.\.(asking|naming)/);
    const ask =
      '    // Asks.\n    ask() {\n      this.send({});\n    },\n\n    tell: (text) => `${text}.`,\n';
    assert.ok(text.includes(ask), text);
    assert.match(text, /^<template><b><\/b><\/template>\n\n<script>\nexport default \{\n {2}methods: \{\n/);
    assert.match(text, /\n {4}hasName: \(\) => true,\n {4}\/\/ <<< naming\.js\n {4}take\(\) \{\n/);
  });

  it('comes back from a flow as it was, with what somebody changed beside the shared lines', () => {
    assert.equal(saved(inFlow()), KEPT);
    const changed = inFlow().replace('return { ...this.answer };', 'return null;');
    assert.equal(saved(changed), KEPT.replace('return { ...this.answer };', 'return null;'));
  });

  it('stays as it is when it shares nothing', () => {
    const alone = '<template><b></b></template>\n<style>b {}</style>\n';
    assert.equal(inFlow(alone), alone);
    assert.equal(saved(alone), alone);
  });

  it('comes back whole when the shared file has changed since', () => {
    const newer: SharedText = (word) => SHARED[word]?.replace('Asks', 'Asks again') ?? null;
    assert.equal(saved(inFlow(), newer), KEPT);
    assert.equal(
      saved(inFlow(), () => null),
      KEPT,
    );
  });

  it('is refused when somebody changed a shared line in the editor, until the shared file says the same', () => {
    const changed = inFlow().replace('this.send({})', 'this.send({ payload: 1 })');
    assert.throws(() => saved(changed), {
      message:
        /^held\.vue: what it has from dashboard\/asking\.js was changed in the editor; make the change/,
    });
    const followed: SharedText = (word) =>
      SHARED[word]?.replace('this.send({})', 'this.send({ payload: 1 })') ?? null;
    assert.equal(saved(changed, followed), KEPT);
  });

  for (const mark of ['>>>', '<<<'])
    it(`is refused when a line with ${mark} is gone`, () => {
      const torn = inFlow().replace(new RegExp(`.*${mark} asking.*\\n`), '');
      assert.throws(() => saved(torn), { message: /asking\.js" was removed in the editor; put it back/ });
    });

  it('is refused when the line in front of which the imports stand is not as it was', () => {
    const changed = inFlow().replace('<script>', '<script lang="js">');
    assert.throws(() => saved(changed), { message: /^held\.vue: the line "<script>" was changed/ });
  });

  it('loses shared lines that somebody took out with both their marks', () => {
    const without = inFlow().replace(/^.*>>> naming[^]*<<< naming.*\n/m, '');
    assert.equal(saved(without), KEPT.replace(/.*naming.*\n/g, ''));
  });

  for (const [what, kept, message] of [
    ['names no file', KEPT.replaceAll('asking', 'nothing'), 'missing: dashboard/nothing.js'],
    ['comes from elsewhere', KEPT.replace("'./asking.js'", "'vue'"), 'a widget imports'],
    ['is not used', KEPT.replace('    ...asking,\n', ''), 'must stand once'],
    ['is used twice', KEPT.replace('...naming', '...asking'), 'must stand once'],
    ['stands late', KEPT.replace('  methods', '  import x from "y";\n  methods'), 'imports stand first'],
    [
      'is out of order',
      KEPT.replace('...asking', '...x').replace('...naming', '...asking').replace('...x', '...naming'),
      'in the order in which they are spread',
    ],
  ] as const)
    it(`cannot be built when an import ${what}`, () => {
      assert.throws(() => inFlow(kept), { message: new RegExp(message) });
    });

  it('cannot be built with a shared file that holds more than one object', () => {
    const more: SharedText = (word) => `const a = 1;\n${SHARED[word] ?? ''}const b = 2;\n`;
    assert.throws(() => inFlow(KEPT, more), {
      message: /^dashboard\/asking\.js: a shared file is comments/,
    });
  });
});
