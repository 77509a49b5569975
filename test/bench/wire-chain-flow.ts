/** A tab with a chain of nodes between a start and an end; the ids are hex, as Node-RED's are. */
export function wireChainFlow(chains: readonly { name: string; between: readonly string[] }[]): object[] {
  const tab = '00000000000000aa';
  let lastId = 0;
  const nextId = (): string => (lastId += 1).toString(16).padStart(16, '0');
  const nodes = chains.flatMap(({ name, between }, row) => {
    const types = ['bench-start', ...between, 'bench-end'];
    const ids = types.map(nextId);
    return types.map((type, column) => {
      const next = ids[column + 1];
      const place = { x: 100 + 20 * column, y: 100 + 60 * row };
      return { id: ids[column], type, z: tab, name, ...place, wires: next === undefined ? [] : [[next]] };
    });
  });
  return [{ id: tab, type: 'tab', label: 'bench' }, ...nodes];
}
