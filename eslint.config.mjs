import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { boundaryConfig } from './test/lint/boundaries.mjs';

const NODE_GLOBALS = [
  'process',
  'console',
  'Buffer',
  'URL',
  'fetch',
  'AbortSignal',
  'performance',
  'setTimeout',
  'clearTimeout',
];

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', 'examples/', 'coverage/', '.wattkeeper/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'nodes/tsconfig.editor.json', 'test/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // An empty text from a form or the environment counts as absent, which is what `||` says.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // A handler may answer at once or later: `void | Promise<void>`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Brackets mark a key of data from outside, a dot a property we have declared.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test that finds nothing where it expects something should fail loudly, which `!` does.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A stand-in for a class is made by hand, and a module without types or from dist/ is loaded as Node.js does.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'assert', message: "Use 'node:assert/strict'." },
            { name: 'node:assert', message: "Use 'node:assert/strict'." },
          ],
        },
      ],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ['test/**'],
    // A `describe` holds many tests and is no function anybody reads at once.
    rules: { 'max-lines-per-function': 'off' },
  },
  ...boundaryConfig,
);
