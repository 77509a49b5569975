// A gateway with a way up at one end of a serial wire: tells its parent of every frame that comes up.
import { createHash } from 'node:crypto';
import { openSerialLink } from '../../../../nodes/lib/io/neighbour/serial-link';
import { hasty, LiveMesh } from './live-mesh';

const [path = '', baudRate = '', wire = ''] = process.argv.slice(2);
const root = new LiveMesh(1);
root.mesh.setWayUp(true);
root.mesh.addLink(
  hasty(openSerialLink({ path, baudRate: Number(baudRate), isShared: wire === 'shared', turnaroundMs: 3 })),
);
let told = 0;
const tellNews = (): boolean => {
  while (told < root.ups.length) {
    const digest = createHash('sha256').update(root.ups[told]!, 'latin1').digest('hex');
    process.send?.({ digest });
    told += 1;
  }
  return false;
};
void root.until(tellNews);
process.once('disconnect', () => process.exit(0));
