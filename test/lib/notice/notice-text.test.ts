import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NOTICE_KINDS, SAMPLE_VALUES, TEXT_KINDS, variablesOf } from '../../../nodes/lib/notice/notice-kinds';
import { checkTemplate, fillTemplate, templateLength } from '../../../nodes/lib/notice/notice-template';
import { checkOwnTexts, isLanguage, LANGUAGES, noticeText } from '../../../nodes/lib/notice/notice-text';
import { property } from '../property';

/** In the GSM alphabet a message holds 160 characters, in Devanagari 70. */
const ONE_MESSAGE = ['en', 'sw', 'fr', 'pt'];

describe('the texts for customers', () => {
  it('are there in six languages', () => {
    assert.deepEqual(Object.keys(LANGUAGES), ['en', 'hi', 'ne', 'sw', 'fr', 'pt']);
  });

  for (const [language, texts] of Object.entries(LANGUAGES)) {
    it(`are complete, right and short in ${language}`, () => {
      assert.deepEqual(Object.keys(texts).sort(), [...TEXT_KINDS].sort());
      for (const kind of TEXT_KINDS) {
        const { encoding, parts } = checkTemplate(kind, texts[kind]);
        if (!ONE_MESSAGE.includes(language)) continue;
        assert.equal(encoding, 'gsm7', `${language} ${kind}: ${texts[kind]}`);
        assert.equal(parts, 1, `${language} ${kind} is ${parts} messages`);
      }
    });

    it(`are not those of another language in ${language}`, () => {
      for (const [other, otherTexts] of Object.entries(LANGUAGES)) {
        if (other === language) continue;
        for (const kind of TEXT_KINDS) assert.notEqual(texts[kind], otherTexts[kind], `${kind} in ${other}`);
      }
    });
  }

  it('are in the customer’s language, however it is written, or in English', () => {
    const values = { balance: 'INR 5.00' };
    assert.equal(noticeText('restored', 'en', values), 'The supply is on again. Your credit is INR 5.00.');
    assert.equal(noticeText('restored', 'pt-BR', values), 'A energia voltou. O seu credito: INR 5.00.');
    assert.equal(noticeText('restored', 'SW_ke', values), 'Umeme umerudi. Salio lako ni INR 5.00.');
    for (const language of ['xx', '', '__proto__', 'constructor'])
      assert.equal(noticeText('restored', language, values), noticeText('restored', 'en', values));
    assert.ok(isLanguage('hi') && isLanguage('fr-CA') && !isLanguage('xx') && !isLanguage('toString'));
  });

  it('of the utility come before the shipped ones', () => {
    const own = { en: { restored: '{name}: light is back, {balance}.' }, mr: { restored: 'परत {balance}' } };
    checkOwnTexts(own);
    const values = { name: 'Hill Valley', balance: 'INR 5.00' };
    assert.equal(noticeText('restored', 'en', values, own), 'Hill Valley: light is back, INR 5.00.');
    assert.equal(noticeText('restored', 'mr', values, own), 'परत INR 5.00');
    assert.equal(noticeText('cut-off', 'mr', values, own), noticeText('cut-off', 'en', values));
    assert.equal(noticeText('restored', 'xx', values, own), noticeText('restored', 'en', values, own));
    assert.ok(isLanguage('mr', own));
  });
});

describe('a template', () => {
  const wrong: [text: string, says: RegExp][] = [
    [' ', /must not be empty/],
    ['We received {amount}.', /must have \{balance\}/],
    [
      '{amount} {balance} {colour}',
      /must not have \{colour\}: it can have \{amount\}, \{balance\}, \{name\}/,
    ],
    ['{amount} {balance} {}', /must not have \{\}/],
    ['{amount} {balance} {', /must close every \{/],
    ['{amount} {balance} }', /must close every \{/],
    ['{amount} {{balance}}', /must close every \{/],
    [`{amount} {balance} ${'x'.repeat(460)}`, /must fit into 3 messages/],
    [`{amount} {balance} ${'ब'.repeat(201)}`, /must fit into 3 messages/],
  ];
  for (const [text, says] of wrong) {
    it(`is refused: ${says.source}`, () => assert.throws(() => checkTemplate('top-up', text), says));
  }

  it('shows its alphabet and its length while somebody writes', () => {
    assert.deepEqual(templateLength('abc'), { encoding: 'gsm7', units: 3, parts: 1, left: 157 });
    assert.deepEqual(templateLength('अब'), { encoding: 'ucs2', units: 2, parts: 1, left: 68 });
    const filled = fillTemplate('{balance}', SAMPLE_VALUES);
    assert.equal(templateLength('{balance}').units, filled.length);
  });

  it('has a likely value for each variable', () => {
    for (const kind of TEXT_KINDS)
      for (const name of variablesOf(kind)) assert.ok(SAMPLE_VALUES[name], `${kind} ${name}`);
  });

  it('puts values in as they are, and what is not known out', () => {
    property(fc.string(), (balance) => {
      assert.equal(fillTemplate('[{balance}]{amount}', { balance }), `[${balance}]`);
    });
    assert.equal(fillTemplate('{toString}', {}), '');
  });

  it('of one’s own has to be for a language and a kind that there is', () => {
    assert.throws(() => checkOwnTexts({ English: {} }), /two or three letters/);
    assert.throws(() => checkOwnTexts({ en: { hello: 'x' } as never }), /no notice of the kind "hello"/);
    assert.throws(() => checkOwnTexts({ en: { restored: 'x' } }), /must have \{balance\}/);
  });

  it('is told apart from answers', () => {
    assert.ok(NOTICE_KINDS.every((kind) => !kind.startsWith('reply-')));
  });
});
