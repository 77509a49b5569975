import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { isConfigType, nodeTypes, ROOT } from './palette';

/** Names that the editor keeps for itself, besides single letters. */
const RESERVED = new Set([
  'id',
  'type',
  'wires',
  'inputs',
  'outputs',
  'z',
  'users',
  'info',
  'icon',
  'valid',
  'changed',
]);
const CATEGORY = 'prepaid';

interface Definition {
  category: string;
  color?: string;
  icon?: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, { value?: unknown }>;
  credentials?: Record<string, object>;
  label?: unknown;
  inputLabels?: unknown;
  outputLabels?: unknown;
}

interface Labels {
  [key: string]: string | Labels;
}

const readBuilt = (type: string, file: string): string =>
  readFileSync(path.join(ROOT, 'dist', 'nodes', type, file), 'utf8');

/** The dialog's body and the code, taken from the very file that Node-RED serves. */
function partsOf(type: string): { form: string; code: string } {
  const [, form, code] =
    /<script type="text\/html"[^>]*>([^]*?)<\/script>\s*<script type="text\/javascript">([^]*?)<\/script>/.exec(
      readBuilt(type, `${type}.html`),
    ) ?? [];
  assert.ok(form !== undefined && code !== undefined, `${type}.html has a form and code`);
  return { form, code };
}

function labelsOf(type: string, language: string): Labels {
  return JSON.parse(readBuilt(type, `locales/${language}/${type}.json`)) as Labels;
}

function textAt(labels: Labels, key: string): string | undefined {
  let found: string | Labels | undefined = labels;
  for (const part of key.split('.')) found = typeof found === 'object' ? found[part] : undefined;
  return typeof found === 'string' ? found : undefined;
}

const keysOf = (labels: Labels, prefix = ''): string[] =>
  Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );

/** Runs the editor code with as much of an editor as registering needs. */
function definitionOf(type: string, code: string): Definition {
  const registered = new Map<string, Definition>();
  const anyValue = (): boolean => true;
  const RED = {
    nodes: {
      registerType: (name: string, definition: Definition) => registered.set(name, definition),
      node: () => null,
    },
    validators: { number: () => anyValue, regex: () => anyValue, typedInput: () => anyValue },
    _: (key: string) => key,
  };
  vm.runInNewContext(code, { RED });
  assert.deepEqual([...registered.keys()], [type]);
  return registered.get(type)!;
}

/** Keys of `data-i18n`, which may also name attributes: "[placeholder]key;[title]key". */
const keysInForm = (form: string): string[] =>
  [...form.matchAll(/data-i18n="([^"]*)"/g)].flatMap(([, keys = '']) =>
    keys.split(';').map((key) => key.replace(/^\[\w+\]/, '')),
  );

for (const type of nodeTypes) {
  describe(`the dialog of ${type}`, () => {
    const isConfig = isConfigType(type);
    const prefix = isConfig ? 'node-config-input-' : 'node-input-';
    let form: string;
    let definition: Definition;
    let labels: Labels;
    let ids: Set<string | undefined>;

    before(() => {
      const parts = partsOf(type);
      form = parts.form;
      definition = definitionOf(type, parts.code);
      labels = labelsOf(type, 'en-US');
      ids = new Set([...form.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id));
    });

    it('is found in the palette by its category, icon and colour', () => {
      assert.equal(definition.category, isConfig ? 'config' : CATEGORY);
      if (isConfig) return;
      assert.equal(definition.icon, `${type}.svg`);
      assert.match(definition.color ?? '', /^#[0-9a-fA-F]{3,6}$/);
    });

    it('shows its name, or its type when it has none', () => {
      const { label } = definition;
      assert.ok(typeof label === 'function', 'label is a function');
      const _ = (key: string): string | undefined => textAt(labels, key);
      assert.equal(label.call({ name: 'Block A', type, _ }), 'Block A');
      const unnamed: unknown = label.call({ name: '', type, _ });
      assert.ok(typeof unnamed === 'string' && unnamed !== '', 'a node without a name still shows something');
    });

    it('has a label on every port', () => {
      const context = { type, _: (key: string) => textAt(labels, key) };
      const labelAt = (given: unknown, port: number): unknown => {
        if (typeof given === 'function') return given.call(context, port) as unknown;
        return Array.isArray(given) ? given[port] : given;
      };
      const ports = [
        ...Array.from({ length: definition.inputs ?? 0 }, (_, port) => labelAt(definition.inputLabels, port)),
        ...Array.from({ length: definition.outputs ?? 0 }, (_, port) =>
          labelAt(definition.outputLabels, port),
        ),
      ];
      for (const label of ports)
        assert.ok(typeof label === 'string' && label !== '', `${ports.length} port labels`);
    });

    it('keeps clear of the names the editor needs', () => {
      const taken = Object.keys(definition.defaults).filter(
        (name) => name.length === 1 || RESERVED.has(name),
      );
      assert.deepEqual(taken, []);
    });

    it('has an input for every property', () => {
      // A former setting has no value; the editor is only told of it so that an old flow does not lose it.
      const settings = Object.keys(definition.defaults).filter(
        (name) => definition.defaults[name]?.value !== undefined,
      );
      const names = [...settings, ...Object.keys(definition.credentials ?? {})];
      // A list has a place of its own, since the editor would store the text of an input.
      const idOf = (name: string): string =>
        Array.isArray(definition.defaults[name]?.value) ? `${type}-${name}` : prefix + name;
      const hidden = names.filter((name) => name !== 'configVersion' && !ids.has(idOf(name)));
      assert.deepEqual(hidden, []);
    });

    it('has an input for every label', () => {
      const targets = [...form.matchAll(/<label[^>]*\bfor="([^"]+)"/g)].map(([, id]) => id);
      assert.deepEqual(
        targets.filter((id) => !ids.has(id)),
        [],
      );
      const all = [...form.matchAll(/<label\b/g)].length;
      assert.equal(targets.length, all, 'every label says what it is for');
    });

    it('takes every text from the catalogue', () => {
      const keys = keysInForm(form).filter((key) => !key.startsWith('node-red:'));
      assert.ok(keys.length > 0, 'the form has texts');
      assert.deepEqual(
        keys.filter((key) => textAt(labels, key) === undefined),
        [],
      );
      const loose = [
        ...form.replaceAll(/<!--[^]*?-->|<style[^]*?<\/style>/g, '').matchAll(/>([^<>]*\p{L}[^<>]*)</gu),
      ];
      assert.deepEqual(
        loose.map(([, text]) => text?.trim()),
        [],
      );
    });

    it('has the same texts in every language', () => {
      const languages = readdirSync(path.join(ROOT, 'dist', 'nodes', type, 'locales'));
      for (const language of languages) {
        assert.deepEqual(keysOf(labelsOf(type, language)).sort(), keysOf(labels).sort(), language);
      }
    });
  });
}
