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
    const entry = { filter, matches: compileFilter(filter), handler };
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

function collectAnswers(count: number, answer: Answer): Answer {
  let open = count;
  let firstError: Error | null = null;
  return (error) => {
    firstError ??= error;
    open -= 1;
    if (open === 0) answer(firstError);
  };
}
