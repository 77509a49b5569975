import { createHmac } from 'node:crypto';

/** The headers of a message that a provider signs in the way of "any" provider. */
export function signedHeaders(secret: string, body: string, ageS = 0): Record<string, string> {
  const time = String(Math.floor(Date.now() / 1000) - ageS);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return { 'x-timestamp': time, 'x-signature': `sha256=${signature}` };
}
