import type { Answer, MeterMessageHandler } from '../../meter/meter-link';
import { compileFilter } from '../../meter/topics';

interface Entry {
  filter: string;
  matches: (topic: string) => boolean;
  handler: MeterMessageHandler;
}

/** Who hears which topics. */
export class HandlerTable {
  private entries: Entry[] = [];

  get filters(): string[] {
    return this.entries.map(({ filter }) => filter);
  }

  add(filter: string, handler: MeterMessageHandler): () => void {
    const matches = filter === '#' ? isNoSystemTopic : compileFilter(filter);
    const entry = { filter, matches, handler };
    this.entries.push(entry);
    return () => {
      this.entries = this.entries.filter((other) => other !== entry);
    };
  }

  /**
   * Hands a message to everybody who listens to its topic. `answer` is called once, when all of them have answered,
   * with the first error if there is one. Returns whether anybody listens; if nobody does, nobody answers.
   */
  dispatch(topic: string, payload: Buffer, answer: Answer | null): boolean {
    const heard = this.entries.filter(({ matches }) => matches(topic));
    const [only] = heard;
    if (only === undefined) return false;
    if (answer === null) for (const { handler } of heard) handler(topic, payload, null);
    else if (heard.length === 1) only.handler(topic, payload, answer);
    else {
      const collected = collectAnswers(heard.length, answer);
      for (const { handler } of heard) handler(topic, payload, collected);
    }
    return true;
  }
}

/** Whoever listens to everything hears every message, and so must cost little (MQTT 3.1.1 §4.7.2). */
const isNoSystemTopic = (topic: string): boolean => !topic.startsWith('$');

function collectAnswers(count: number, answer: Answer): Answer {
  let open = count;
  let firstError: Error | null = null;
  return (error) => {
    firstError ??= error;
    open -= 1;
    if (open === 0) answer(firstError);
  };
}
