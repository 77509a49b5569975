import assert from 'node:assert/strict';
import { nodeTypes } from '../package/palette';
import { editorSources, flatten, type EditorSources } from './editor-sources';

/** The longest that can stand for a placeholder; a count that has no bound of its own gets seven digits. */
const LONGEST: Record<string, string> = {
  price: '1000000.000000',
  clockRate: '3600',
  houses: '500',
  meters: '500',
  connected: '500',
  // Those that are built in, and a profile for every device of a large utility.
  shapes: '999',
};
const MAX_STATUS_LENGTH = 20;
const WHITE = new Set(['#fff', '#ffffff', 'white']);

const placeholdersOf = (text: string): string[] => [...text.matchAll(/__(\w+?)__/g)].map(([, name]) => name!);

/** Keys of `data-i18n`, which may also name attributes: "[placeholder]key;[title]key". */
const keysInForm = (form: string): string[] =>
  [...form.matchAll(/data-i18n="([^"]*)"/g)].flatMap(([, keys = '']) =>
    keys.split(';').map((key) => key.replace(/^\[\w+\]/, '')),
  );

/**
 * Every text in quotes that looks like a key of the node's own catalogue. A key whose last part is put in when the
 * node runs, such as `demo.status.${state}`, stands for all keys that begin like it, or for itself when there is none.
 */
function keysInCode({ type, code }: EditorSources, texts: Map<string, string>): string[] {
  const known = [...texts.keys()];
  return [...code.matchAll(new RegExp(`(['"\`])(${type}\\.[\\w.-]*?)(\\1|\\$\\{)`, 'g'))].flatMap(
    ([, , key, end]) => {
      if (key === `${type}.svg`) return [];
      if (end !== '${') return [key!];
      const family = known.filter((candidate) => candidate.startsWith(key!));
      return family.length > 0 ? family : [key!];
    },
  );
}

/** Calls that look a text up by a literal key, with the names of the values if those are written out. */
const lookUps = (code: string): { key: string; names: string[] | null }[] =>
  [...code.matchAll(/\b(?:RED|this)\._\(\s*'([^']+)'\s*(?:,\s*(?:\{([^}]*)\}|\w+)\s*,?\s*)?\)/g)].map(
    ([whole, key, values]) => {
      if (values !== undefined)
        return { key: key!, names: values.split(',').map((item) => item.split(':')[0]!.trim()) };
      return { key: key!, names: whole.includes(',') ? null : [] };
    },
  );

describe('the palette', () => {
  it('has one colour and two categories', async () => {
    const all = await Promise.all(nodeTypes.map(editorSources));
    assert.equal(new Set(all.map(({ definition }) => definition.color)).size, 1);
    assert.deepEqual(
      new Set(all.map(({ definition }) => definition.category)),
      new Set(['config', 'prepaid']),
    );
  });
});

for (const type of nodeTypes) {
  describe(`the texts and forms of ${type}`, () => {
    let sources: EditorSources;
    let texts: Map<string, string>;
    let isConfig: boolean;

    before(async () => {
      sources = await editorSources(type);
      texts = flatten(sources.labels);
      isConfig = sources.definition.category === 'config';
    });

    it('has a catalogue text for every key that is used', () => {
      const used = [...keysInForm(sources.form), ...keysInCode(sources, texts)];
      assert.deepEqual(
        [...new Set(used)].filter((key) => !texts.has(key)),
        [],
      );
      assert.doesNotMatch(
        sources.code,
        /\bRED\._\((?!\s*['`])/,
        'a key is written where it is looked up, so that this test sees it',
      );
    });

    it('uses every text of the catalogue', () => {
      const used = new Set([...keysInForm(sources.form), ...keysInCode(sources, texts)]);
      const idle = [...texts.keys()].filter((key) => !used.has(key));
      assert.deepEqual(idle, []);
      assert.deepEqual(Object.keys(sources.labels), [type]);
    });

    it('fills in every placeholder', () => {
      const calls = lookUps(sources.code);
      assert.ok(calls.length > 0);
      for (const { key, names } of calls) {
        if (names !== null) assert.deepEqual(names.sort(), placeholdersOf(texts.get(key)!).sort(), key);
      }
    });

    it('keeps every status short, however large the numbers', () => {
      for (const [key, text] of texts) {
        if (!key.startsWith(`${type}.status.`)) continue;
        const longest = text.replaceAll(/__(\w+?)__/g, (_, name: string) => LONGEST[name] ?? '1234567');
        assert.ok(
          longest.length <= MAX_STATUS_LENGTH,
          `${key}: "${longest}" has ${longest.length} characters`,
        );
      }
    });

    it('has a label for every port', () => {
      const { inputs = 0, outputs = 0, inputLabels, outputLabels } = sources.definition;
      const node = { _: (key: string) => texts.get(key) };
      const labels = Array.from({ length: outputs }, (_, port) => outputLabels?.call(node, port));
      if (inputs > 0) labels.push(inputLabels?.call(node));
      assert.equal(labels.length, inputs + outputs);
      for (const label of labels) assert.ok(typeof label === 'string' && label !== '');
    });

    it('has the settings of the running node, with the same defaults', () => {
      const { defaults, definition } = sources;
      // A former setting has no value; the editor is only told of it so that an old flow does not lose it.
      const settings = Object.entries(definition.defaults).filter(([, { value }]) => value !== undefined);
      assert.deepEqual(settings.map(([key]) => key).sort(), Object.keys(defaults).sort());
      for (const [key, { value }] of settings) {
        // A new site stands where its operator sits.
        const expected =
          key === 'timeZone' ? Intl.DateTimeFormat().resolvedOptions().timeZone : defaults[key];
        assert.deepEqual(value, expected, key);
      }
    });

    it('has a field for every setting, and nothing else that looks like one', () => {
      const { form, defaults, definition } = sources;
      const prefix = isConfig ? 'node-config-input-' : 'node-input-';
      const fields = [...form.matchAll(/\bid="([^"]+)"/g)]
        .map(([, id]) => id!)
        .filter((id) => id.startsWith('node-'))
        .map((id) => (id.startsWith(prefix) ? id.slice(prefix.length) : id));
      const isList = (key: string): boolean => Array.isArray(defaults[key]);
      const settings = Object.keys(defaults).filter((key) => key !== 'configVersion' && !isList(key));
      assert.deepEqual(fields.sort(), [...settings, ...Object.keys(definition.credentials ?? {})].sort());
    });

    it('has a field for every label, and no code in the form', () => {
      const ids = new Set(
        [...sources.form.matchAll(/<(?:input|select|textarea)[^>]*\bid="([^"]+)"/g)].map(([, id]) => id),
      );
      const targets = [...sources.form.matchAll(/<label\b[^>]*\bfor="([^"]+)"/g)].map(([, id]) => id);
      assert.deepEqual(
        targets.filter((id) => !ids.has(id)),
        [],
      );
      assert.equal(new Set(targets).size, targets.length);
      assert.doesNotMatch(sources.form, /\son\w+\s*=|<script/);
    });

    it('says what is wrong in a sentence wherever it validates, when the editor asks it to', () => {
      const { defaults, credentials = {} } = sources.definition;
      for (const [key, { validate }] of Object.entries({ ...defaults, ...credentials })) {
        if (validate)
          assert.equal(validate.length, 2, `${key}: the editor shows a sentence only of two parameters`);
      }
    });

    it('takes its own defaults, except that config nodes have to be chosen', () => {
      const { defaults } = sources.definition;
      const node = { ...sources.defaults, _: (key: string) => texts.get(key) };
      for (const [key, field] of Object.entries(defaults)) {
        if (field.type !== undefined) continue;
        assert.equal(field.validate?.call(node, field.value, {}) ?? true, true, key);
      }
      const { site } = defaults;
      if (site && site.required !== false)
        assert.equal(site.validate?.call(node, '', {}), texts.get(`${type}.error.site`));
    });

    it('has an icon in white, two wide and three high', () => {
      const { icon, definition } = sources;
      assert.equal(definition.icon, `${type}.svg`);
      const [, x, y, width, height] = /viewBox="(\S+) (\S+) (\S+) (\S+)"/.exec(icon)!.map(Number);
      assert.deepEqual([x, y], [0, 0]);
      assert.equal(width! * 3, height! * 2);
      assert.ok(width! >= 40);
      const paints = [...icon.matchAll(/\b(?:fill|stroke)="([^"]+)"/g)].map(([, paint]) => paint!);
      assert.ok(paints.some((paint) => WHITE.has(paint)));
      assert.deepEqual(
        paints.filter((paint) => paint !== 'none' && !WHITE.has(paint)),
        [],
      );
      assert.doesNotMatch(icon, /<text|<style|<script|<image/);
    });
  });

  describe(`the help of ${type}`, () => {
    it('begins with a sentence for the tooltip and has its sections', async () => {
      const { help, definition } = await editorSources(type);
      const expected = ['Details', 'References'];
      if ((definition.outputs ?? 0) > 0) expected.unshift('Outputs');
      if ((definition.inputs ?? 0) > 0) expected.unshift('Inputs');
      assert.match(help, /^\p{L}[^\n]+\.\n\n/u);
      assert.deepEqual(
        [...help.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading),
        expected,
      );
    });

    it('writes properties in the form that the help sidebar reads', async () => {
      const { help } = await editorSources(type);
      const properties = help.split('\n').filter((line) => line.startsWith(':'));
      // A further colon would end the description there, and the rest would stand in the help as it is written.
      for (const line of properties) assert.match(line, /^: [^:()]+ \([^:()]+\) : [^:]+$/);
    });
  });
}
