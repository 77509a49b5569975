import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node } from 'node-red';
import { onInput, type Outputs } from '../../nodes/lib/red/on-input';

interface Message {
  payload: number;
}

/** Calls a handler through the wrapper as Node-RED does, and says what came of it. */
async function run(
  handle: (message: Message) => Outputs<Message> | Promise<Outputs<Message>>,
): Promise<{ sent: unknown[]; done: unknown[] }> {
  const node = new EventEmitter();
  const sent: unknown[] = [];
  const done: unknown[] = [];
  onInput<Message>(node as unknown as Node, handle);
  await new Promise<void>((resolve) => {
    node.emit(
      'input',
      { payload: 1 },
      (out: unknown) => sent.push(out),
      (error?: unknown) => {
        done.push(error);
        setImmediate(resolve);
      },
    );
  });
  return { sent, done };
}

describe('on-input', () => {
  it('sends what the handler returns and is done once', async () => {
    assert.deepEqual(await run((message) => message), { sent: [{ payload: 1 }], done: [undefined] });
    assert.deepEqual(await run((message) => Promise.resolve([null, message])), {
      sent: [[null, { payload: 1 }]],
      done: [undefined],
    });
  });

  it('sends nothing when there is nothing to send', async () => {
    assert.deepEqual(await run(() => undefined), { sent: [], done: [undefined] });
    assert.deepEqual(await run(() => Promise.resolve(null)), { sent: [], done: [undefined] });
  });

  it('passes on what was thrown, at once or later, as an Error', async () => {
    const thrown = await run(() => {
      throw new Error('at once');
    });
    assert.deepEqual(thrown, { sent: [], done: [new Error('at once')] });
    const rejected = await run(() => Promise.reject(new Error('later')));
    assert.deepEqual(rejected, { sent: [], done: [new Error('later')] });
  });
});
