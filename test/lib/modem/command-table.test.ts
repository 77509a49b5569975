import assert from 'node:assert/strict';
import { NAMED_COMMANDS, commandName, rowOf, shownCommand } from '../../../nodes/lib/modem/command-table';

/** A final line and the longest time it may take, as the manual has them. */
const EXPECTED: readonly [line: string, final: string, atLeastMs: number, atMostMs: number][] = [
  ['AT+CIPSHUT', 'SHUT OK', 65_000, 65_000],
  ['AT+CIICR', 'OK', 85_000, 85_000],
  ['AT+CGATT=1', 'OK', 75_000, 75_000],
  ['AT+CIFSR', '10.64.12.7', 10_000, 10_000],
  ['AT+CSTT="a","b","c"', 'OK', 5_000, 5_000],
  ['AT+CIPSTART="TCP","h",1', 'OK', 5_000, 5_000],
  ['AT+CIPSTATUS', 'STATE: IP STATUS', 5_000, 5_000],
  ['AT+CIPSEND=5', 'SEND OK', 5_000, 30_000],
  ['AT+CIPSEND=5', 'DATA ACCEPT:5', 5_000, 30_000],
  ['AT+CIPRXGET=2,100', 'OK', 5_000, 5_000],
  ['AT+CMGS=20', 'OK', 60_000, 60_000],
  ['AT+CPOWD=1', 'NORMAL POWER DOWN', 10_000, 10_000],
];

describe('command table', () => {
  for (const [line, final, atLeastMs, atMostMs] of EXPECTED)
    it(`${line} ends with ${final}`, () => {
      const row = rowOf(line);
      assert.match(final, row.final);
      assert.ok(row.deadlineMs >= atLeastMs && row.deadlineMs <= atMostMs, `${row.deadlineMs} ms`);
      assert.equal(row.promptMs, 5_000);
    });

  it('takes no other line for the end of a command with an end of its own', () => {
    for (const line of ['AT+CIPSHUT', 'AT+CIFSR', 'AT+CIPSTATUS', 'AT+CIPSEND=5', 'AT+CPOWD=1'])
      assert.doesNotMatch('OK', rowOf(line).final);
  });

  it('repeats nothing that would happen twice', () => {
    for (const line of [
      'AT+CMGS=20',
      'AT+CMGW=20',
      'AT+CMGD=3',
      'AT+CPIN="1234"',
      'AT+CIPSEND=5',
      'AT+CIPRXGET=2,9',
    ])
      assert.equal(rowOf(line).isIdempotent, false, line);
    for (const line of ['AT+CPIN?', 'AT+CIPSHUT', 'AT+CMGR=3', 'AT+CREG?'])
      assert.equal(rowOf(line).isIdempotent, true, line);
  });

  it('shows no secrets', () => {
    assert.equal(shownCommand('AT+CPIN="1234"'), 'AT+CPIN=***');
    assert.equal(shownCommand('AT+CSTT="apn","user","word"'), 'AT+CSTT=***');
    assert.equal(shownCommand('AT+CUSD=1,"*123*98765432109876#",15'), 'AT+CUSD=***');
    assert.equal(shownCommand('AT+CPIN?'), 'AT+CPIN?');
    assert.equal(shownCommand('AT+CMGS=20'), 'AT+CMGS=20');
  });

  it('tells a question to the network from a notice of it', () => {
    const info = rowOf('AT+CREG?').info!;
    for (const line of ['+CREG: 0,1', '+CREG: 2,1,"00A1","1F2C"', '+CREG: 1, 5']) assert.match(line, info);
    for (const line of ['+CREG: 1', '+CREG: 1,"00A1","1F2C"', '+CREG: 5, 00A1, 1F2C'])
      assert.doesNotMatch(line, info);
  });

  it('finds every row by its name, with a bounded deadline', () => {
    for (const name of NAMED_COMMANDS) {
      assert.equal(commandName(`${name}=1`), name);
      const { deadlineMs } = rowOf(name);
      assert.ok(deadlineMs > 0 && deadlineMs <= 160_000, `${name} ${deadlineMs}`);
    }
  });
});
