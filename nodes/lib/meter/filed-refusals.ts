import type { RefusedReading } from './intake';
import type { Refusal } from './reading';

/** A refusal as it is written down. It may stand for several readings of one frame. */
export interface FiledRefusal {
  refusal: Refusal;
  content: string;
  /** How many readings it stands for. */
  count: number;
}

/** More of a refused message tells a person nothing new. */
const MAX_CONTENT_LENGTH = 2_000;
/** Frames are refused for a handful of reasons; what is beyond this is filed together, since senders can make up names. */
const MAX_REASONS = 32;
const OTHER_REASONS = 'other reasons';

/**
 * What is to be written down of the refused readings of one message. A held one waits for a person, so it keeps its own
 * line. Rejected ones are only looked at: of a frame they are one line for each reason, however many there are.
 */
export function filedRefusals(refused: readonly RefusedReading[], isFrame: boolean): FiledRefusal[] {
  if (!isFrame || refused.length < 2) return refused.map(fileOne);
  const filed: FiledRefusal[] = [];
  const alike = new Map<string, RefusedReading[]>();
  for (const one of refused) {
    const { kind, field, reason } = one.refusal;
    if (kind === 'held') {
      filed.push(fileOne(one));
      continue;
    }
    const why = `${field} ${reason}`;
    const key = alike.has(why) || alike.size < MAX_REASONS ? why : OTHER_REASONS;
    const group = alike.get(key);
    if (group) group.push(one);
    else alike.set(key, [one]);
  }
  for (const group of alike.values()) {
    const [first] = group;
    if (first) filed.push(group.length === 1 ? fileOne(first) : fileTogether(first, group));
  }
  return filed;
}

function fileOne({ refusal, content }: RefusedReading): FiledRefusal {
  return { refusal, content: showContent(content), count: 1 };
}

/** Names as many of the meters as there is room for. */
function fileTogether({ refusal }: RefusedReading, group: readonly RefusedReading[]): FiledRefusal {
  const { cause, field, value, reason } = refusal;
  const others = group.length - 1;
  let content = '';
  for (const one of group) {
    if (content.length >= MAX_CONTENT_LENGTH) break;
    const { meterId, value: given } = one.refusal;
    content += meterId === undefined ? `${given}\n` : `${meterId}: ${given}\n`;
  }
  return {
    refusal: {
      kind: 'rejected',
      ...(cause !== undefined && { cause }),
      field,
      value,
      reason: `${reason} (${value} and ${others} more of the same frame)`,
    },
    content: content.slice(0, MAX_CONTENT_LENGTH),
    count: group.length,
  };
}

function showContent(content: unknown): string {
  if (Buffer.isBuffer(content)) return content.toString('utf8', 0, MAX_CONTENT_LENGTH);
  if (typeof content === 'string') return content.slice(0, MAX_CONTENT_LENGTH);
  try {
    // For what has no JSON, such as a function, the answer is undefined, whatever the type says.
    const text = JSON.stringify(content) as string | undefined;
    return text?.slice(0, MAX_CONTENT_LENGTH) ?? '';
  } catch {
    return '';
  }
}
