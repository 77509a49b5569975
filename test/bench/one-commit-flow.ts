/** Parse, check, commit: a reading's way as one would build it with function nodes; the ids are hex, as Node-RED's are. */
export function oneCommitFlow(database: string, mqttPort: number): object[] {
  const tab = '00000000000000c0';
  const [broker, parse, check, commit] = [
    '00000000000000c1',
    '00000000000000c2',
    '00000000000000c3',
    '00000000000000c4',
  ];
  const place = (x: number): object => ({ z: tab, x, y: 100 });
  const script = (name: string, func: string): object => ({
    type: 'function',
    name,
    func,
    outputs: 1,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
  });
  return [
    { id: tab, type: 'tab', label: 'one commit a message' },
    { id: broker, type: 'bench-reading-in', port: String(mqttPort), ...place(100), wires: [[parse]] },
    { id: parse, ...script('parse', PARSE), ...place(300), wires: [[check]] },
    { id: check, ...script('check', CHECK), ...place(500), wires: [[commit]] },
    { id: commit, type: 'bench-one-commit', database, ...place(700), wires: [] },
  ];
}

const PARSE = `msg.payload = JSON.parse(msg.payload.toString());
return msg;`;

const CHECK = `const { meterId, atMs, energyWh } = msg.payload;
if (typeof meterId !== 'string' || !Number.isSafeInteger(atMs) || !(energyWh >= 0)) {
    node.error('not a reading', msg);
    return null;
}
return msg;`;
