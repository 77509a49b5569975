import { errorText } from './to-error';

/**
 * Puts together what a node works with. A wrong setting must not end the start of the flows, so a failure is shown by
 * `onFault` and told again on every message: the returned function gives what was made, or throws the reason.
 */
export function readyOrFault<T>(make: () => T, onFault: (fault: string) => void): () => T {
  try {
    const made = make();
    return () => made;
  } catch (error) {
    const fault = errorText(error);
    onFault(fault);
    return () => {
      throw new Error(fault);
    };
  }
}
