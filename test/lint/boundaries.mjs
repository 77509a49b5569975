// Who may import whom, as one ESLint rule. The table is the plan of the house; the rule only looks things up in it.
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '..', '..');

/**
 * The first pattern that fits says where a file lives. `own` marks a zone of many rooms: what the pattern captures is
 * the room, and a file may always import its own.
 */
const ZONES = [
  { zone: 'editor types', files: /^nodes\/lib\/red\/editor(\.d)?(\.ts)?$/ },
  // The dialog brings old settings to today's shape as the running node does; the file needs nothing of Node-RED.
  { zone: 'config migration', files: /^nodes\/lib\/red\/config-migration(\.ts)?$/ },
  { zone: 'red', files: /^nodes\/lib\/red\// },
  { zone: 'io', files: /^nodes\/lib\/io\// },
  { zone: 'pure', files: /^nodes\/lib\// },
  { zone: 'build', files: /^nodes\/(build\/|[\w-]+\.mjs$)/ },
  { zone: 'editor', files: /^nodes\/([\w-]+)\/[^/]+\.editor(\.ts)?$/, own: true },
  { zone: 'config', files: /^nodes\/([\w-]+)\/[^/]+\.config(\.ts)?$/, own: true },
  { zone: 'node', files: /^nodes\/([\w-]+)\//, own: true },
  { zone: 'gateway', files: /^gateway\// },
  { zone: 'dashboard', files: /^dashboard\// },
  { zone: 'flows', files: /^flows\// },
  { zone: 'test', files: /^test\// },
];

/** What each zone may import besides its own room. `types of` is an import that leaves nothing behind at run time. */
const MAY_IMPORT = {
  pure: ['pure'],
  io: ['io', 'pure', 'packages', 'built-ins'],
  'editor types': ['types of packages'],
  red: ['red', 'io', 'pure', 'built-ins', 'types of packages'],
  config: ['pure', 'types of config migration'],
  editor: ['pure', 'config', 'config migration', 'editor', 'editor types'],
  node: ['pure', 'io', 'red', 'config migration', 'config', 'built-ins', 'types of packages'],
  gateway: ['gateway', 'pure', 'io', 'red', 'packages', 'built-ins'],
  dashboard: ['dashboard', 'pure', 'io', 'red', 'packages', 'built-ins'],
  build: ['build', 'packages', 'built-ins'],
  flows: ['flows', 'build', 'packages', 'built-ins'],
};

/** A file is named for what it knows. */
const NAMELESS = /^(utils?|index|helpers?)\.[cm]?[jt]s$/;

function placeOf(file) {
  for (const { zone, files, own } of ZONES) {
    const found = files.exec(file);
    if (found) return { zone, room: own ? found[1] : undefined };
  }
  return undefined;
}

function targetOf(file, specifier) {
  if (specifier.startsWith('node:')) return { zone: 'built-ins' };
  if (!specifier.startsWith('.')) return { zone: 'packages' };
  return placeOf(path.posix.join(path.posix.dirname(file), specifier)) ?? { zone: 'outside' };
}

function mayImport(from, to, typesOnly) {
  if (from.zone === 'test') return true;
  if (to.room !== undefined) {
    if (from.room !== to.room) return false;
    return from.zone === 'node' ? to.zone !== 'editor' : MAY_IMPORT[from.zone].includes(to.zone);
  }
  const allowed = MAY_IMPORT[from.zone];
  return allowed.includes(to.zone) || (typesOnly && allowed.includes(`types of ${to.zone}`));
}

const isTypesOnly = (node) =>
  node.type === 'TSImportType' ||
  node.importKind === 'type' ||
  node.exportKind === 'type' ||
  (node.specifiers?.length > 0 && node.specifiers.every((specifier) => specifier.importKind === 'type'));

/** @type {import('eslint').Rule.RuleModule} */
const boundaries = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      crossing: '{{from}} must not import {{to}} ({{specifier}}).',
      nameless: 'Name a file for what it knows, not "{{name}}".',
      unknown: '{{from}} must not import what only the run time knows.',
    },
  },
  create(context) {
    const file = path.relative(ROOT, context.filename).split(path.sep).join('/');
    const from = placeOf(file);

    function check(node, source, typesOnly = isTypesOnly(node)) {
      if (!from || !source) return;
      if (typeof source.value !== 'string') {
        if (from.zone === 'pure') context.report({ node, messageId: 'unknown', data: { from: from.zone } });
        return;
      }
      const to = targetOf(file, source.value);
      if (mayImport(from, to, typesOnly)) return;
      const data = {
        from: from.zone,
        to: to.room ? `${to.zone} ${to.room}` : to.zone,
        specifier: source.value,
      };
      context.report({ node, messageId: 'crossing', data });
    }

    return {
      Program(node) {
        const name = path.basename(file);
        if (NAMELESS.test(name)) context.report({ node, messageId: 'nameless', data: { name } });
      },
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node, node.expression, node.parent.importKind === 'type'),
      "CallExpression[callee.name='require']": (node) => check(node, node.arguments[0], false),
    };
  },
};

const notPure = (what, instead) => ({ message: `A pure folder does not ${what}; ${instead}.` });

/**
 * The rule and its companion: what a pure folder may not reach for even without an import.
 * @type {import('eslint').Linter.Config[]}
 */
export const boundaryConfig = [
  {
    name: 'wattkeeper/boundaries',
    files: ['**/*.{ts,mjs,cjs}'],
    plugins: { wattkeeper: { rules: { boundaries } } },
    rules: { 'wattkeeper/boundaries': 'error' },
  },
  {
    name: 'wattkeeper/pure',
    files: ['nodes/lib/**/*.ts', 'nodes/*/*.config.ts'],
    ignores: ['nodes/lib/io/**', 'nodes/lib/red/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'console', 'fetch', 'crypto'].map((name) => ({
          name,
          ...notPure('touch the world', 'take what is needed as an argument'),
        })),
        ...['performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
          name,
          ...notPure('know a clock', 'take the time as an argument'),
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', ...notPure('know a clock', 'take the time as an argument') },
        {
          object: 'Math',
          property: 'random',
          ...notPure('throw dice', 'take a seeded generator as an argument'),
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          ...notPure('know a clock', 'take the time as an argument'),
        },
      ],
    },
  },
];
