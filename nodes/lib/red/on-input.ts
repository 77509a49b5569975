import type { Node } from 'node-red';
import { toError } from '../text/to-error';

/** One message, or one slot per output with a message, several messages, or nothing. */
export type Outputs<M extends object> = M | (M | M[] | null | undefined)[] | null | undefined | void;

type Handler<M extends object> = (message: M) => Outputs<M> | Promise<Outputs<M>>;
type Send = (message: never) => void;

/**
 * The one way our nodes take input: whatever the handler does — return, throw, resolve or reject — its outputs are
 * sent and `done` is called exactly once. Without this an async handler that rejects ends the whole process.
 */
export function onInput<M extends object>(node: Node, handle: Handler<M>): void {
  node.on('input', (message, send, done) => {
    const finish = (outputs: Outputs<M>): void => {
      if (outputs !== null && outputs !== undefined) (send as Send)(outputs as never);
      done();
    };
    const fail = (error: unknown): void => done(toError(error));
    let result: Outputs<M> | Promise<Outputs<M>>;
    try {
      result = handle(message as M);
    } catch (error) {
      fail(error);
      return;
    }
    if (result instanceof Promise) result.then(finish).catch(fail);
    else finish(result);
  });
}
