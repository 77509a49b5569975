import { readdirSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import { widgetText as textInFlow } from '../../nodes/build/examples.mjs';
import { REPOSITORY } from '../gateway/launched';

const FOLDER = path.join(REPOSITORY, 'dashboard');

/** What a widget's script may hold: the dashboard passes over everything else without a word. */
type Options = Partial<Record<string, unknown>> & {
  data?: () => object;
  computed?: Record<string, () => unknown>;
  methods?: Record<string, (...values: never[]) => unknown>;
  watch?: Record<string, (value: unknown) => void>;
  mounted?: () => void;
  unmounted?: () => void;
};

export const widgetFiles = (): string[] => readdirSync(FOLDER).filter((file) => file.endsWith('.vue'));
/** As a flow has it, with what it shares written out. */
export const widgetText = (file: string): string => textInFlow(REPOSITORY, `dashboard/${file}`);
export const widgetScript = (file: string): string | undefined =>
  /<script>([^]*)<\/script>/.exec(widgetText(file))?.[1]?.trim();

/** The object that a widget's script exports, or null for a widget without a script. */
export function widgetOptions(file: string, surroundings: Record<string, unknown> = {}): Options | null {
  const script = widgetScript(file);
  if (script === undefined) return null;
  const expression = script.replace(/^export default/, '').replace(/;$/, '');
  const evaluate = compileFunction(`return (${expression});`, Object.keys(surroundings)) as (
    ...values: unknown[]
  ) => Options;
  return evaluate(...Object.values(surroundings));
}

/** A widget outside of any page: its data, computed values and methods on one object, as a template sees them. */
export function bareWidget(file: string, surroundings: Record<string, unknown> = {}): unknown {
  return assembled(widgetOptions(file, surroundings) ?? {});
}

function assembled({ data, computed = {}, methods = {}, watch = {} }: Options): Record<string, unknown> {
  const widget: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(methods)) widget[name] = method.bind(widget as never);
  for (const [name, get] of Object.entries(computed)) Object.defineProperty(widget, name, { get });
  Object.assign(widget, data?.call(widget));
  for (const [name, changed] of Object.entries(watch)) {
    let value = widget[name];
    const set = (next: unknown): void => {
      const isNew = next !== value;
      value = next;
      if (isNew) changed.call(widget, next);
    };
    Object.defineProperty(widget, name, { get: () => value, set, enumerable: true });
  }
  return widget;
}

/** Something that many listen to, and that knows how many. */
class Listened {
  private readonly listeners = new Map<string, Set<(news: unknown) => void>>();

  add(event: string, listener: (news: unknown) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  remove(event: string, listener: (news: unknown) => void): void {
    this.listeners.get(event)?.delete(listener);
  }

  tell(event: string, news?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(news);
  }

  get count(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** A browser tab: widgets live on its page, and what it keeps outlives them. */
export class Tab {
  readonly kept = new Map<string, string>();
  readonly socket = new Listened();
  readonly window = new Listened();
  readonly sent: Record<string, unknown>[] = [];
  isHidden = false;
  private readonly waiting = new Map<number, () => void>();
  private handles = 0;

  /** A widget that is mounted, as an element of the page with the given id. */
  open(file: string, id = 'w1'): Record<string, unknown> {
    const options = widgetOptions(file, this.surroundings) ?? {};
    const focus = { focus: () => undefined };
    const widget = Object.assign(assembled(options), {
      id,
      $socket: {
        on: (event: string, listener: () => void) => this.socket.add(event, listener),
        off: (event: string, listener: () => void) => this.socket.remove(event, listener),
      },
      $refs: { amount: focus, outcome: focus, panel: focus, person: focus },
      $nextTick: (act: () => void) => act(),
      send: (message: Record<string, unknown>) => this.sent.push(message),
      close: () => options.unmounted?.call(widget),
    });
    options.mounted?.call(widget);
    return widget;
  }

  /** So much time passes that everything that waits is due, each once. */
  wait(): void {
    for (const [handle, act] of [...this.waiting]) {
      this.waiting.delete(handle);
      act();
    }
  }

  /** What widgets have begun and not ended. */
  get openEnds(): number {
    return this.socket.count + this.window.count + this.waiting.size;
  }

  private get surroundings(): Record<string, unknown> {
    const later = (act: () => void): number => {
      this.waiting.set((this.handles += 1), act);
      return this.handles;
    };
    const never = (handle: number): unknown => this.waiting.delete(handle);
    const isHidden = (): boolean => this.isHidden;
    return {
      sessionStorage: {
        getItem: (key: string) => this.kept.get(key) ?? null,
        setItem: (key: string, value: string) => this.kept.set(key, value),
        removeItem: (key: string) => this.kept.delete(key),
      },
      window: {
        addEventListener: (event: string, listener: () => void) => this.window.add(event, listener),
        removeEventListener: (event: string, listener: () => void) => this.window.remove(event, listener),
        dispatchEvent: (event: Event) => this.window.tell(event.type, event),
      },
      document: {
        getElementById: () => null,
        querySelector: () => null,
        get hidden() {
          return isHidden();
        },
      },
      ResizeObserver: class {
        observe = (): void => undefined;
        disconnect = (): void => undefined;
      },
      setTimeout: later,
      clearTimeout: never,
      setInterval: later,
      clearInterval: never,
    };
  }
}
