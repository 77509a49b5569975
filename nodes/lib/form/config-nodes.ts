/** Whether a chosen config node is there and its own settings are in order. */
export function isUsable(configNode: object | null | undefined): boolean {
  if (!configNode) return false;
  return !('valid' in configNode) || configNode.valid !== false;
}

/** The part of the editor that knows every config node. */
interface ConfigNodes {
  eachConfig(visit: (configNode: object) => boolean): void;
}

/** The id of the only config node of a type, so that nobody has to choose where there is no choice; else empty. */
export function onlyNodeOf(type: string, nodes: ConfigNodes): string {
  const ids: string[] = [];
  nodes.eachConfig((configNode) => {
    const { id, type: otherType } = configNode as { id: string; type: string };
    if (otherType === type) ids.push(id);
    return true;
  });
  return ids.length === 1 ? (ids[0] ?? '') : '';
}
