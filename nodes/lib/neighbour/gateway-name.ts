/** Gateways go by a pseudonym here: everybody on the wire can read it, so it must not be a meter's number. */
export const MAX_GATEWAY_ID_BYTES = 32;

const GATEWAY_ID = /^[\x21-\x7e]{1,32}$/;

export const isGatewayId = (text: string): boolean => GATEWAY_ID.test(text);

/** Writes the length and the name, and returns where it stopped. */
export function writeGatewayId(target: Buffer, at: number, gatewayId: string): number {
  target[at] = gatewayId.length;
  return at + 1 + target.write(gatewayId, at + 1, 'latin1');
}

/** The name that begins at `at` and where it ends; null when there is none. */
export function readGatewayId(bytes: Buffer, at: number): { gatewayId: string; end: number } | null {
  const length = bytes[at];
  if (length === undefined || length > MAX_GATEWAY_ID_BYTES || at + 1 + length > bytes.length) return null;
  const end = at + 1 + length;
  const gatewayId = bytes.toString('latin1', at + 1, end);
  return isGatewayId(gatewayId) ? { gatewayId, end } : null;
}
