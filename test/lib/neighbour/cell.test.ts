import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Cell, type CellFault, decodeCell, encodeCell } from '../../../nodes/lib/neighbour/cell';
import { CellReader } from '../../../nodes/lib/neighbour/cell-reader';
import { cobsBytes, readCobs, writeCobs } from '../../../nodes/lib/neighbour/cobs';
import { crc32 } from '../../../nodes/lib/neighbour/crc-32';
import { property } from '../property';

const MOST = 600;
const bytesOf = (max: number) =>
  fc.oneof(fc.uint8Array({ maxLength: max }), fc.array(fc.constantFrom(0, 1, 255), { maxLength: max }));

function stuffed(bytes: Uint8Array): Uint8Array {
  const target = new Uint8Array(cobsBytes(bytes.length));
  return target.subarray(0, writeCobs(bytes, target, 0));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function read(...pieces: Uint8Array[]): { cells: Cell[]; faults: CellFault[] } {
  const cells: Cell[] = [];
  const faults: CellFault[] = [];
  const reader = new CellReader(MOST, {
    onCell: (cell) => cells.push(cell),
    onFault: (fault) => faults.push(fault),
  });
  for (const piece of pieces) reader.push(piece);
  return { cells, faults };
}

const cellOf = (body: Uint8Array, sequence = 7): Cell => ({
  kind: 'fragment',
  fromNode: 0x0102,
  toNode: 0,
  sequence,
  body: Uint8Array.from(body),
});

const bodies = (cells: Cell[]): string[] => cells.map(({ body }) => hex(body));

describe('CRC-32', () => {
  it('has the check value of the catalogues', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
  });
});

describe('COBS', () => {
  // The examples of Cheshire and Baker's paper and of the usual reference pages.
  const EXAMPLES: [string, string][] = [
    ['', '01'],
    ['00', '0101'],
    ['0000', '010101'],
    ['11220033', '0311220233'],
    ['11223344', '0511223344'],
    ['11000000', '0211010101'],
  ];
  for (const [plain, wire] of EXAMPLES) {
    it(`${plain || 'nothing'} becomes ${wire}`, () => {
      assert.equal(hex(stuffed(Buffer.from(plain, 'hex'))), wire);
      assert.equal(hex(readCobs(Buffer.from(wire, 'hex'))!), plain);
    });
  }

  it('handles blocks of 253 to 510 bytes without a zero', () => {
    for (let size = 250; size <= 512; size += 1) {
      const plain = new Uint8Array(size).fill(1);
      const wire = stuffed(plain);
      assert.ok(!wire.includes(0));
      assert.deepEqual(readCobs(wire), plain);
    }
    assert.equal(hex(stuffed(new Uint8Array(254).fill(1))).slice(0, 4), 'ff01');
  });

  it('gives back what it was given, without zeros, within its bound', () => {
    property(bytesOf(1_100), (bytes) => {
      const plain = Uint8Array.from(bytes);
      const wire = stuffed(plain);
      assert.ok(!wire.includes(0) && wire.length <= cobsBytes(plain.length));
      assert.equal(hex(readCobs(wire)!), hex(plain));
    });
  });

  it('refuses what no encoder makes', () => {
    for (const wire of ['00', '05112233', '0300112233'])
      assert.equal(readCobs(Buffer.from(wire, 'hex')), null, wire);
  });
});

describe('cells', () => {
  it('arrive whole at every split of the bytes', () => {
    const wire = Buffer.concat([
      encodeCell(cellOf(Buffer.from([0, 1, 0, 255]))),
      encodeCell(cellOf(Buffer.of())),
    ]);
    for (let at = 0; at <= wire.length; at += 1) {
      const { cells, faults } = read(wire.subarray(0, at), wire.subarray(at));
      assert.deepEqual([bodies(cells), faults], [['000100ff', ''], []]);
    }
    const { cells } = read(...[...wire].map((byte) => Uint8Array.of(byte)));
    assert.deepEqual(cells[0], { ...cellOf(Buffer.from([0, 1, 0, 255])), body: cells[0]!.body });
    assert.equal(cells.length, 2);
  });

  it('are found again after any garbage, however it is cut', () => {
    const garbled = fc.tuple(bytesOf(900), bytesOf(300), fc.array(fc.nat(1_200), { maxLength: 4 }));
    property(garbled, ([garbage, body, cuts]) => {
      const cell = cellOf(Uint8Array.from(body));
      const wire = Buffer.concat([Uint8Array.from(garbage), encodeCell(cell), encodeCell(cell)]);
      const edges = [0, ...[...cuts].sort((one, other) => one - other), wire.length];
      const pieces = edges.slice(1).map((end, index) => wire.subarray(edges[index], end));
      assert.deepEqual(bodies(read(...pieces).cells).slice(-2), [hex(cell.body), hex(cell.body)]);
    });
  });

  it('with any one bit wrong are not taken, and cost no other cell', () => {
    const first = encodeCell(cellOf(Buffer.from('one cell')));
    const second = encodeCell(cellOf(Buffer.from('another')));
    for (let bit = 8; bit < (first.length - 1) * 8; bit += 1) {
      const damaged = Uint8Array.from(first);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      const { cells, faults } = read(damaged, second);
      assert.deepEqual(bodies(cells), [hex(Buffer.from('another'))], `bit ${bit}`);
      assert.ok(faults.length >= 1);
    }
  });

  it('longer than allowed are passed over, and nothing of them is kept', () => {
    const { cells, faults } = read(
      new Uint8Array(1_000_000).fill(1),
      encodeCell(cellOf(new Uint8Array(MOST).fill(2))),
      encodeCell(cellOf(new Uint8Array(3 * MOST).fill(2))),
      encodeCell(cellOf(Buffer.from([9]))),
    );
    assert.deepEqual(faults, ['length', 'length']);
    assert.deepEqual(
      cells.map(({ body }) => body.length),
      [MOST, 1],
    );
  });

  it('say what is wrong with them', () => {
    const wire = encodeCell(cellOf(Buffer.from('x')));
    const inner = (change: (plain: Uint8Array) => void): Cell | CellFault => {
      const plain = Uint8Array.from(readCobs(wire.subarray(1, -1))!);
      change(plain);
      const view = new DataView(plain.buffer);
      view.setUint32(plain.length - 4, crc32(plain, plain.length - 4));
      return decodeCell(stuffed(plain));
    };
    assert.equal(decodeCell(Buffer.from('05112233', 'hex')), 'form');
    assert.equal(decodeCell(Buffer.from('0411223344', 'hex').subarray(0, 4)), 'length');
    assert.equal(
      inner((plain) => (plain[2] = 9)),
      'length',
    );
    assert.equal(
      inner((plain) => (plain[0] = 0x31)),
      'form',
    );
    assert.equal(
      inner((plain) => (plain[0] = 0x1f)),
      'form',
    );
    assert.equal(typeof inner(() => undefined), 'object');
  });
});
