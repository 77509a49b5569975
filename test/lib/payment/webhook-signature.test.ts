import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import {
  PAYSTACK,
  signatureFault,
  STRIPE,
  TIMESTAMPED,
  TOLERANCE_MS,
  type Headers,
  type Hmac,
  type SignatureScheme,
} from '../../../nodes/lib/payment/webhook-signature';
import { property } from '../property';

const hmac: Hmac = (algorithm, secret, pieces) => {
  const digest = createHmac(algorithm, secret);
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
};
const SECRET = 'present';
const FORMER = 'former';
const NOW_S = 1_800_000_000;
const BODY = Buffer.from('{"amount":"10.00","name":"Räo"}');

const signatureOf = (secret: string, text: string, algorithm: 'sha256' | 'sha512' = 'sha256'): string =>
  createHmac(algorithm, secret).update(text).digest('hex');

/** Each scheme as its provider writes it, with the time in seconds. */
const SIGNERS: { name: string; scheme: SignatureScheme; sign: (secret: string, atS: number) => Headers }[] = [
  {
    name: 'time and signature in two headers',
    scheme: TIMESTAMPED,
    sign: (secret, atS) => ({
      'x-timestamp': String(atS),
      'x-signature': signatureOf(secret, `${atS}.${BODY.toString()}`),
    }),
  },
  {
    name: 'Stripe',
    scheme: STRIPE,
    sign: (secret, atS) => ({
      'stripe-signature': `t=${atS},v1=${signatureOf('another', 'x')},v1=${signatureOf(secret, `${atS}.${BODY.toString()}`)},v0=00`,
    }),
  },
  {
    name: 'Paystack',
    scheme: PAYSTACK,
    sign: (secret) => ({ 'x-paystack-signature': signatureOf(secret, BODY.toString(), 'sha512') }),
  },
];

const check = (
  scheme: SignatureScheme,
  headers: Headers,
  body: Uint8Array = BODY,
  nowMs = NOW_S * 1000,
): unknown => signatureFault(scheme, { headers, body, secrets: [SECRET, FORMER], timesMs: [nowMs] }, hmac);

describe('the signature of a webhook', () => {
  it('is that of an example that anybody can compute', () => {
    // echo -n '1800000000.{}' | openssl dgst -sha256 -hmac key
    const headers = {
      'x-timestamp': '1800000000',
      'x-signature': signatureOf('key', '1800000000.{}'),
    };
    const message = { headers, body: Buffer.from('{}'), secrets: ['key'], timesMs: [NOW_S * 1000] };
    assert.equal(signatureFault(TIMESTAMPED, message, hmac), null);
  });

  for (const { name, scheme, sign } of SIGNERS) {
    describe(name, () => {
      it('is taken by the present secret and by the former one, and by no other', () => {
        assert.equal(check(scheme, sign(SECRET, NOW_S)), null);
        assert.equal(check(scheme, sign(FORMER, NOW_S)), null);
        assert.equal(check(scheme, sign('guessed', NOW_S)), 'wrong signature');
        assert.equal(check(scheme, {}), 'no signature');
      });

      it('breaks with any byte that was changed', () => {
        property(fc.tuple(fc.nat(BODY.length - 1), fc.integer({ min: 1, max: 255 })), ([at, change]) => {
          const changed = Buffer.from(BODY);
          changed[at] = (changed[at] ?? 0) ^ change;
          assert.equal(check(scheme, sign(SECRET, NOW_S), changed), 'wrong signature');
        });
        assert.equal(
          check(scheme, sign(SECRET, NOW_S), Buffer.concat([BODY, Buffer.from(' ')])),
          'wrong signature',
        );
      });

      it('is good for 300 s each way and not for 301, where a time is signed', () => {
        const at = (offsetS: number): unknown => check(scheme, sign(SECRET, NOW_S + offsetS));
        assert.equal(TOLERANCE_MS, 300_000);
        for (const offsetS of [-300, 0, 300]) assert.equal(at(offsetS), null);
        for (const offsetS of [-301, 301])
          assert.equal(at(offsetS), scheme === PAYSTACK ? null : 'wrong time');
      });

      it('is good by either time while it is in doubt which is right', () => {
        const by = (...timesS: number[]): unknown => {
          const timesMs = timesS.map((atS) => atS * 1000);
          return signatureFault(
            scheme,
            { headers: sign(SECRET, NOW_S), body: BODY, secrets: [SECRET], timesMs },
            hmac,
          );
        };
        const wrongS = NOW_S + 31_536_000;
        assert.equal(by(wrongS, NOW_S), null);
        assert.equal(by(NOW_S, wrongS), null);
        assert.equal(by(wrongS, NOW_S + 301), scheme === PAYSTACK ? null : 'wrong time');
      });

      it('never takes an empty secret for one', () => {
        const message = {
          headers: sign(SECRET, NOW_S),
          body: BODY,
          secrets: ['', ''],
          timesMs: [NOW_S * 1000],
        };
        assert.equal(signatureFault(scheme, message, hmac), 'wrong signature');
      });
    });
  }

  it('does not take another time than the one that was signed', () => {
    const old = SIGNERS[0]!.sign(SECRET, NOW_S - 9_999);
    assert.equal(check(TIMESTAMPED, { ...old, 'x-timestamp': String(NOW_S) }), 'wrong signature');
  });

  it('refuses headers in any other form', () => {
    const good = SIGNERS[0]!.sign(SECRET, NOW_S);
    for (const time of ['', '1e9', '-1', '1.5', 'now', '0x10'])
      assert.equal(check(TIMESTAMPED, { ...good, 'x-timestamp': time }), 'no signature', time);
    assert.equal(check(TIMESTAMPED, { ...good, 'x-signature': ['a', 'b'] }), 'no signature');
    assert.equal(check(STRIPE, { 'stripe-signature': 'v1=00' }), 'no signature');
    assert.equal(check(STRIPE, { 'stripe-signature': 't=5' }), 'no signature');
  });
});
