import assert from 'node:assert/strict';
import ts from 'typescript';
import { Tab, widgetFiles, widgetOptions, widgetScript, widgetText } from './widget';

/** The parser of the dashboard's template widget takes these out of a script and nothing else. */
const KNOWN_OPTIONS = new Set(['name', 'data', 'computed', 'methods', 'watch', 'mounted', 'unmounted']);
/** Of these it takes the members one by one, so each must have a name of its own. */
const TAKEN_APART = new Set(['computed', 'methods', 'watch']);
/** What Vue and the dashboard give to a widget. */
const GIVEN = new Set(['id', 'send', '$socket', '$refs', '$nextTick', '$el']);
/** The dashboard hands the template through an HTML parser, which writes attribute names in small letters. */
const BOUND_ATTRIBUTE = /\s(?::|v-bind:|@)([\w-]+)/g;

/** The one object that a script exports. */
function exported(script: string): ts.ObjectLiteralExpression {
  const { statements } = ts.createSourceFile('widget.js', script, ts.ScriptTarget.Latest);
  const [statement, ...more] = statements;
  assert.ok(statement && more.length === 0, 'a second statement makes it a script of another kind');
  assert.ok(ts.isExportAssignment(statement) && ts.isObjectLiteralExpression(statement.expression));
  return statement.expression;
}

/** The name, if it is a plain one; nothing for what is spread, quoted or computed. */
const nameOf = ({ name }: ts.ObjectLiteralElementLike): string =>
  name !== undefined && ts.isIdentifier(name) ? name.text : '';
const hasPlainName = (property: ts.ObjectLiteralElementLike): boolean => nameOf(property) !== '';

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

      it('has its members where the dashboard takes them, each with a plain name', () => {
        const script = widgetScript(file);
        if (script === undefined) return;
        const { properties } = exported(script);
        assert.ok(properties.every(hasPlainName));
        for (const property of properties) {
          if (!ts.isPropertyAssignment(property) || !TAKEN_APART.has(nameOf(property))) continue;
          assert.ok(ts.isObjectLiteralExpression(property.initializer));
          assert.ok(property.initializer.properties.every(hasPlainName), nameOf(property));
        }
      });

      it('uses nothing of itself that it does not have', () => {
        const widget = Object.keys(new Tab().open(file));
        const { computed = {} } = widgetOptions(file) ?? {};
        const set = [...text.matchAll(/this\.(\w+) =\s/g)].map(([, name]) => name);
        const has = new Set([...GIVEN, ...widget, ...Object.keys(computed), ...set]);
        const used = [...(widgetScript(file) ?? '').matchAll(/this\.([\w$]+)/g)].map(([, name = '']) => name);
        assert.deepEqual(
          used.filter((name) => !has.has(name)),
          [],
        );
      });

      it('takes back what it heard and began, so that a deploy leaves nothing behind', () => {
        const tab = new Tab();
        const widget = tab.open(file) as { close(): void };
        assert.equal(tab.openEnds > 0, text.includes('  mounted() {'));
        widget.close();
        assert.equal(tab.openEnds, 0);
      });
    });
  }
});
