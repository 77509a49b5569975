/** Price in the flow, and what it means per Wh. */
const PRICE_PER_KWH = '8.00';
export const PRICE_MICROS_PER_WH = 8_000;

const ID = {
  tab: '00000000000000a0',
  site: '00000000000000a1',
  broker: '00000000000000a2',
  ingest: '00000000000000a3',
  tariff: '00000000000000a4',
  guard: '00000000000000a5',
};

/** The way of a reading from the broker to the ledger, and nothing beside it. */
export function pathFlow(database: string, mqttPort: number): object[] {
  const node = (id: string, type: string, x: number, wires: string[][]): object => ({
    id,
    type,
    z: ID.tab,
    x,
    y: 100,
    wires,
  });
  return [
    { id: ID.tab, type: 'tab', label: 'path' },
    {
      id: ID.site,
      type: 'prepaid-site',
      name: 'bench',
      timeZone: 'Asia/Kolkata',
      currency: 'INR',
      database,
      clockRate: '1',
    },
    {
      id: ID.broker,
      type: 'meter-broker',
      kind: 'embedded',
      host: '127.0.0.1',
      port: String(mqttPort),
      isOpen: true,
    },
    {
      ...node(ID.ingest, 'meter-ingest', 100, [[ID.tariff], [], []]),
      site: ID.site,
      broker: ID.broker,
      acknowledge: 'commit',
      // The registers of a run rise through a year that is over.
      maxAgeDays: 0,
    },
    {
      ...node(ID.tariff, 'tariff-calc', 300, [[ID.guard]]),
      site: ID.site,
      tariffId: 'domestic',
      version: 1,
      pricePerKwh: PRICE_PER_KWH,
    },
    { ...node(ID.guard, 'balance-guard', 500, [[], [], []]), site: ID.site },
  ];
}
