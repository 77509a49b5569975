import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifest, nodeTypes, ROOT, shippedFlows } from './palette';

const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
  /^dist\/(nodes|gateway|dashboard)\/([\w-]+\/)*[\w.-]+\.js$/,
  /^dist\/nodes\/lib\/io\/([\w-]+\/)*[\w-]+\.sql$/,
  /^dist\/nodes\/([\w-]+)\/\1\.html$/,
  /^dist\/nodes\/([\w-]+)\/icons\/\1\.svg$/,
  /^dist\/nodes\/([\w-]+)\/locales\/[a-z]{2}(-[A-Z]{2})?\/\1\.(json|html)$/,
  /^examples\/[\w-]+\/[^/]+\.json$/,
];
const NEVER = /\.(editor|test|config)\.ts$|\.editor\.js$|tsbuildinfo|\.stamp|\.map$/;
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'];
const MOST_DEPENDENCIES = 6;

type Dependencies = Record<string, string>;

interface Lock {
  packages: Record<
    string,
    { dependencies?: Dependencies; devDependencies?: Dependencies; optionalDependencies?: Dependencies }
  >;
}

interface Packed {
  files: { path: string }[];
}

function filesInTarball(): string[] {
  const answer = execFileSync('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed = JSON.parse(answer) as Packed[] | Record<string, Packed>;
  const [tarball] = Object.values(packed);
  assert.ok(tarball, 'npm pack described no tarball');
  return tarball.files.map((file) => file.path);
}

describe('the published package', function () {
  this.timeout(60_000);
  let files: string[];

  before(() => {
    files = filesInTarball();
  });

  it('holds nothing but what was meant to be published', () => {
    const strangers = files.filter(
      (file) => NEVER.test(file) || !ALLOWED.some((pattern) => pattern.test(file)),
    );
    assert.deepEqual(strangers, []);
  });

  it('holds what every package should', () => {
    assert.deepEqual(
      REQUIRED.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('holds every node type whole', () => {
    const wanted = nodeTypes.flatMap((type) =>
      [
        `${type}.js`,
        `${type}.html`,
        `icons/${type}.svg`,
        `locales/en-US/${type}.json`,
        `locales/en-US/${type}.html`,
      ].map((file) => `dist/nodes/${type}/${file}`),
    );
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('holds every shipped flow as an example', () => {
    const examples = shippedFlows().map(({ name }) => `examples/${name}.json`);
    assert.ok(examples.length > 0, 'there are shipped flows');
    assert.deepEqual(
      examples.filter((file) => !files.includes(file)),
      [],
    );
  });

  it(`asks for at most ${MOST_DEPENDENCIES} packages`, () => {
    const names = Object.keys(manifest.dependencies);
    assert.ok(names.length <= MOST_DEPENDENCIES, names.join(', '));
  });

  describe('the lock file', () => {
    const text = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as Lock;

    it('names no registry', () => {
      assert.ok(!text.includes('"resolved"'), 'package-lock.json holds addresses');
    });

    it('was made from this package.json', () => {
      assert.deepEqual(packages['']?.dependencies, manifest.dependencies);
      assert.deepEqual(packages[''].devDependencies, manifest.devDependencies);
    });

    // Without an entry for every other system, `npm ci` refuses the whole file even on this one.
    it('knows the packages that only other systems need', () => {
      const known = Object.keys(packages).map((folder) =>
        folder.slice(folder.lastIndexOf('node_modules/') + 13),
      );
      const wanted = Object.values(packages).flatMap((entry) =>
        Object.keys(entry.optionalDependencies ?? {}),
      );
      assert.deepEqual(
        wanted.filter((name) => !known.includes(name)),
        [],
      );
    });
  });
});
