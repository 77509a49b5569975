/** A digest of a text in UTF-8, as lower-case hexadecimal. Given from outside, since this folder computes none. */
export type HexDigest = (text: string) => string;

/** What a receipt proves: these values, and the batch of the ledger that credited the payment. */
export interface SealedFacts {
  number: number;
  channel: string;
  reference: string;
  accountId: string;
  amountMicros: number;
  creditedMs: number;
  balanceMicros: number;
  uses: readonly { component: string; amountMicros: number }[];
  ledgerHash: string;
}

/** As many characters of the seal as people copy without mistakes; 60 bits are out of reach of guessing at a counter. */
const CODE_LENGTH = 15;
const GROUP_LENGTH = 5;

/**
 * The seal of a receipt: SHA-256 over its facts and the hash of their batch. Since that hash covers the whole ledger up
 * to it, nobody can make up the seal of a receipt that the ledger does not have, nor keep it when the ledger is changed.
 */
export function sealOf(facts: SealedFacts, sha256: HexDigest): string {
  const { number, channel, reference, accountId, amountMicros, creditedMs, balanceMicros, uses, ledgerHash } =
    facts;
  const lines = uses.map(({ component, amountMicros: micros }) => [component, micros]);
  // A list in a fixed order: the same facts always give the same text.
  return sha256(
    JSON.stringify([
      number,
      channel,
      reference,
      accountId,
      amountMicros,
      creditedMs,
      balanceMicros,
      lines,
      ledgerHash,
    ]),
  );
}

/** The part of a seal that stands on a receipt, such as "3f9ac-01b7e-88d42". */
export function codeOfSeal(seal: string): string {
  const groups: string[] = [];
  for (let at = 0; at < CODE_LENGTH; at += GROUP_LENGTH) groups.push(seal.slice(at, at + GROUP_LENGTH));
  return groups.join('-');
}

/** Whether a code that a person reads off a receipt is that of a seal; spaces, hyphens and case do not matter. */
export function isCodeOf(seal: string, code: string): boolean {
  const plain = code.toLowerCase().replace(/[^0-9a-z]/g, '');
  return plain.length === CODE_LENGTH && seal.startsWith(plain);
}
