// What an editor file (`<node>.editor.ts`) may use of the Node-RED editor: the published types,
// corrected where they lag behind Node-RED 4 (a validator may answer with a sentence, credentials
// may be validated, a default may carry a label for that sentence).
import type * as client from '@node-red/editor-client';

export type EditorNode<TConfig extends object> = TConfig & {
  readonly id: string;
  readonly type: string;
  readonly z: string;
  readonly outputs: number;
  name?: string;
  /** Looks a text up in the node's own catalogue. */
  _(key: string, values?: Record<string, unknown>): string;
};

/**
 * `true` when the value is good, otherwise the sentence the operator reads. Node-RED shows that sentence only
 * when the function declares both parameters, so always declare both.
 */
export type Validator<TConfig extends object> = (
  this: EditorNode<TConfig>,
  value: string,
  options?: { label?: string },
) => boolean | string | string[];

export interface EditorDefault<TValue, TConfig extends object> {
  value: TValue | '';
  required?: boolean;
  /** The node type of a config node this property points at. */
  type?: string;
  label?: string;
  validate?: Validator<TConfig>;
}

export interface EditorCredential<TConfig extends object> {
  type: 'text' | 'password';
  required?: boolean;
  label?: string;
  validate?: Validator<TConfig>;
}

type ReplacedKeys =
  'defaults' | 'credentials' | 'label' | 'labelStyle' | 'button' | 'inputLabels' | 'outputLabels';
interface Handlers<TNode> {
  oneditprepare?: (this: TNode) => void;
  oneditsave?: (this: TNode) => void;
  oneditcancel?: (this: TNode) => void;
  oneditdelete?: (this: TNode) => void;
  oneditresize?: (this: TNode, size: { width: number; height: number }) => void;
  onadd?: (this: TNode) => void;
}

export type EditorNodeDefinition<TConfig extends object> = Omit<
  client.NodeDef<client.NodeProperties>,
  ReplacedKeys | keyof Handlers<unknown> | 'paletteLabel'
> &
  Handlers<EditorNode<TConfig>> & {
    defaults: { [K in keyof TConfig]-?: EditorDefault<Exclude<TConfig[K], undefined>, TConfig> };
    credentials?: Record<string, EditorCredential<TConfig>>;
    paletteLabel?: string;
    label?: string | ((this: EditorNode<TConfig>) => string);
    labelStyle?: string | ((this: EditorNode<TConfig>) => string);
    inputLabels?: string | ((this: EditorNode<TConfig>) => string);
    outputLabels?: string | string[] | ((this: EditorNode<TConfig>, port: number) => string | undefined);
    button?: {
      onclick: (this: EditorNode<TConfig>) => void;
      enabled?: (this: EditorNode<TConfig>) => boolean;
      visible?: (this: EditorNode<TConfig>) => boolean;
    };
  };

export interface EditorValidators {
  number(blankAllowed?: boolean): (value: string, options?: { label?: string }) => boolean | string;
  regex(pattern: RegExp): (value: string, options?: { label?: string }) => boolean | string;
  typedInput(
    typeField: string,
    isConfig?: boolean,
  ): (value: string, options?: { label?: string }) => boolean | string;
}

export type EditorRED = Omit<client.RED, 'nodes' | 'validators'> & {
  nodes: Omit<client.Nodes, 'registerType'> & {
    registerType<TConfig extends object>(type: string, definition: EditorNodeDefinition<TConfig>): void;
  };
  validators: EditorValidators;
};

declare global {
  const RED: EditorRED;
}
