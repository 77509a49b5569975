const MAX_METER_ID_LENGTH = 64;
/** Meter ids become levels of MQTT topics, where a slash and the wildcards have a meaning of their own. */
const METER_ID = /^[^/+#\s\p{Cc}]+$/u;

/** Whether a text can name a meter, or whatever else connects to our broker. */
export function isMeterId(text: string): boolean {
  return text.length <= MAX_METER_ID_LENGTH && METER_ID.test(text);
}
