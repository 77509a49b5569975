import type { Node } from 'node-red';
import { errorText } from '../text/to-error';

/**
 * Puts together what a node works with. A wrong setting must not end the start of the flows, so the reason is logged,
 * shown by `showFault`, and told again on every message: the returned function gives what was made, or throws the reason.
 */
export function readyOrFault<T>(node: Node, make: () => T, showFault: () => void): () => T {
  try {
    const made = make();
    return () => made;
  } catch (error) {
    const fault = errorText(error);
    node.error(fault);
    showFault();
    return () => {
      throw new Error(fault);
    };
  }
}
