import assert from 'node:assert/strict';
import { LoginCheck, newLogin } from '../../gateway/editor-login';
import { hashPassword, isPassword, makePassword } from '../../gateway/password-hash';

describe('the editor login', function () {
  this.timeout(60_000);

  it('makes passwords that can be typed and differ', () => {
    const passwords = new Set(Array.from({ length: 100 }, makePassword));
    assert.equal(passwords.size, 100);
    for (const password of passwords) assert.match(password, /^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/);
  });

  it('knows a password by its hash and refuses everything else', async () => {
    const hash = await hashPassword('Strom für alle');
    assert.ok(await isPassword('Strom für alle', hash));
    assert.ok(await isPassword('Strom fu\u0308r alle', hash), 'the same letters, composed in another way');
    assert.ok(!(await isPassword('Strom fur alle', hash)));
    assert.ok(!(await isPassword('', hash)));
    assert.ok(!(await isPassword('x'.repeat(257), hash)));
    assert.ok(!(await isPassword('Strom für alle', 'plain$Strom für alle')));
    assert.notEqual(hash, await hashPassword('Strom für alle'), 'salted');
  });

  it('waits ever longer while passwords are wrong, and not at all after a right one', async () => {
    const { login, password } = await newLogin(1_700_000_000_000);
    const waits: number[] = [];
    const check = new LoginCheck(
      () => login,
      (ms) => Promise.resolve(void waits.push(ms)),
    );
    for (let tries = 0; tries < 8; tries += 1)
      assert.equal(await check.check('admin', `wrong ${tries}`), false);
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 8000]);
    assert.equal(await check.check('somebody', password), false, 'the user name counts');
    assert.equal(await check.check('admin', password), true);
    waits.length = 0;
    assert.equal(await check.check('admin', password), true);
    assert.deepEqual(waits, []);
  });

  it('tries one at a time and refuses a crowd at once', async () => {
    const { login, password } = await newLogin(1_700_000_000_000);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const check = new LoginCheck(
      () => login,
      () => held,
    );
    const first = check.check('admin', 'wrong');
    const crowd = Array.from({ length: 15 }, () => check.check('admin', password));
    assert.equal(await check.check('admin', password), false, 'the seventeenth');
    release();
    assert.equal(await first, false);
    assert.deepEqual(
      await Promise.all(crowd),
      Array.from({ length: 15 }, () => true),
    );
  });

  it('answers no, and never fails, while there is no login to compare with', async () => {
    const noWait = (): Promise<void> => Promise.resolve();
    assert.equal(await new LoginCheck(() => null, noWait).check('admin', ''), false);
    const damaged = (): never => {
      throw new Error('damaged');
    };
    assert.equal(await new LoginCheck(damaged, noWait).check('admin', ''), false);
  });
});
