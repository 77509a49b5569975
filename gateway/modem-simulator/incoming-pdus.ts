import { encodeDeliver } from '../../nodes/lib/sms/deliver-pdu';

/** When simulated time begins, as the network's time stamps show it. */
const BEGIN_MS = Date.UTC(2026, 10, 21, 11, 30);
const ZONE_MINUTES = 345;
const REFERENCES = 256;

/** A text as the network delivers it, in as many messages as it needs. */
export function incomingPdus(from: string, text: string, count: number, nowMs: number): string[] {
  const parts = encodeDeliver({
    from: { kind: 'number', text: from },
    content: { text },
    sentAt: { atMs: BEGIN_MS + Math.floor(nowMs), zoneMinutes: ZONE_MINUTES },
    reference: { value: count % REFERENCES, bits: 8 },
  });
  return parts.map(({ pduHex }) => pduHex);
}
