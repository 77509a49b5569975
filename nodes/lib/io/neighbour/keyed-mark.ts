import { createHmac, scryptSync } from 'node:crypto';
import { MARK_BYTES, type CellMark } from '../../neighbour/cell';

const KEY_BYTES = 32;
/** Tells this use of a password from any other one; no secret. */
const SALT = 'wattkeeper neighbours 1';

/**
 * Marks cells with what neighbours share: a password that is set on all of them. Whoever does not know it is not heard.
 * It says that a neighbour sent a cell, not which one, and not when; what a cell carries is sealed beyond that.
 */
export function keyedMark(password: string): CellMark {
  const key = scryptSync(password, SALT, KEY_BYTES);
  return { of: (bytes) => createHmac('sha256', key).update(bytes).digest().subarray(0, MARK_BYTES) };
}
