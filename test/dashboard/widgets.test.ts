import assert from 'node:assert/strict';
import { widgetFiles, widgetOptions, widgetText } from './widget';

/** The parser of the dashboard's template widget takes these out of a script and nothing else. */
const KNOWN_OPTIONS = new Set(['name', 'data', 'computed', 'methods', 'watch', 'mounted', 'unmounted']);
/** The dashboard hands the template through an HTML parser, which writes attribute names in small letters. */
const BOUND_ATTRIBUTE = /\s(?::|v-bind:|@)([\w-]+)/g;

describe('the widgets of the dashboard', () => {
  for (const file of widgetFiles()) {
    describe(file, () => {
      const text = widgetText(file);
      const [, template = ''] = /<template>([^]*)<\/template>/.exec(text) ?? [];

      it('holds only what the template widget of the dashboard understands', () => {
        const options = widgetOptions(file);
        assert.deepEqual(
          Object.keys(options ?? {}).filter((key) => !KNOWN_OPTIONS.has(key)),
          [],
        );
      });

      it('loads nothing from elsewhere', () => {
        assert.doesNotMatch(text, /https?:|@import|url\(|\ssrc=/);
      });

      it('never shows what it got as markup', () => {
        assert.doesNotMatch(text, /v-html|innerHTML/);
      });

      it('binds no attribute whose name needs a capital letter', () => {
        const names = [...template.matchAll(BOUND_ATTRIBUTE)].map(([, name]) => name);
        assert.deepEqual(
          names.filter((name) => name !== name?.toLowerCase()),
          [],
        );
      });

      it('takes back what it heard, so that a deploy leaves nothing behind', () => {
        const heard = [...text.matchAll(/\$socket\.on\(([^,]+),/g)].map(([, event]) => event);
        const unheard = [...text.matchAll(/\$socket\.off\(([^,]+),/g)].map(([, event]) => event);
        assert.deepEqual(unheard, heard);
      });
    });
  }
});
