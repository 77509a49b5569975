import { isStanding, PLAIN, type Dialect, type RelayWord } from './dialect';

// Disconnect control, class 70 (DLMS UA Blue Book, "Disconnect control"), instance 0-0:96.3.10.255. APDUs as in the Green
// Book, A-XDR: ACTION.request-normal is C3 01, GET.request-normal is C0 01.
const CLASS_ID = 70;
const OBIS = '0.0.96.3.10.255';
const INSTANCE = [0x00, 0x46, 0x00, 0x00, 0x60, 0x03, 0x0a, 0xff];
const INVOKE_ID = 0xc1;
const DISCONNECT = 1;
const RECONNECT = 2;
const CONTROL_STATE = 3;
const INTEGER_ZERO = [0x0f, 0x00];
const GET_RESPONSE = [0xc4, 0x01];
const ENUM = 0x16;
/** control_state: disconnected, connected, and ready for somebody to reconnect with the button. */
const STATES: Readonly<Record<number, RelayWord>> = {
  0: isStanding('off'),
  1: isStanding('on'),
  2: { reported: 'off', isArmed: true },
};

/**
 * A DLMS meter's disconnect control, as a message for whatever speaks DLMS: what is to be done in names, and the bytes of
 * the APDU. Whether remote reconnection closes or only makes ready is the meter's control mode.
 */
export const dlms: Dialect = {
  ...PLAIN,
  way: 'wire',
  canArm: true,
  write: ({ meterId, desired }) => {
    const method = desired === 'off' ? DISCONNECT : RECONNECT;
    const ask = { classId: CLASS_ID, obis: OBIS };
    return [
      {
        topic: meterId,
        payload: {
          ...ask,
          method,
          parameter: 0,
          apdu: Uint8Array.from([0xc3, 0x01, INVOKE_ID, ...INSTANCE, method, 0x01, ...INTEGER_ZERO]),
        },
      },
      {
        topic: meterId,
        payload: {
          ...ask,
          attribute: CONTROL_STATE,
          apdu: Uint8Array.from([0xc0, 0x01, INVOKE_ID, ...INSTANCE, CONTROL_STATE, 0x00]),
        },
      },
    ];
  },
  read: (payload) => {
    if (payload instanceof Uint8Array) return readResponse(payload);
    if (typeof payload !== 'object' || payload === null || !('controlState' in payload)) return null;
    return STATES[Number(payload.controlState)] ?? null;
  },
};

/** GET.response-normal with data (choice 0), which is the control state. */
function readResponse(bytes: Uint8Array): RelayWord | null {
  const isAnswer = GET_RESPONSE.every((byte, index) => bytes[index] === byte);
  if (!isAnswer || bytes[3] !== 0 || bytes[4] !== ENUM) return null;
  return STATES[bytes[5] ?? -1] ?? null;
}
