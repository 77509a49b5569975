/** 3GPP TS 23.040 clause 9.2.2.3: the report on a submitted PDU, or null when it asks for none. */
export function statusReportFor(submitPdu: string, reference: number): string | null {
  const afterCentre = 2 + 2 * parseInt(submitPdu.slice(0, 2), 16);
  const firstOctet = parseInt(submitPdu.slice(afterCentre, afterCentre + 2), 16);
  const REPORT_WANTED = 0x20;
  if ((firstOctet & REPORT_WANTED) === 0) return null;
  const addressAt = afterCentre + 4;
  const digits = parseInt(submitPdu.slice(addressAt, addressAt + 2), 16);
  const address = submitPdu.slice(addressAt, addressAt + 4 + 2 * Math.ceil(digits / 2));
  const time = '62111271000032';
  const reached = '00';
  return `0006${reference.toString(16).padStart(2, '0').toUpperCase()}${address}${time}${time}${reached}`;
}
