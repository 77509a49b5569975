import type { MeterLink } from '../lib/meter/meter-link';
import type { PayloadReader } from '../lib/meter/shapes/payload-reader';
import { readNow, reportEvery, type SamplingCommand } from '../lib/meter/shapes/sampling-commands';
import type { IngestRequest } from './ingest-request';
import type { ReadingGate } from './reading-gate';

type SamplingRequest = Exclude<IngestRequest, { kind: 'counters' }>;

/** Tells meters when to report, in their own dialect and where they were heard last. */
export class SamplingDesk {
  constructor(
    private readonly gate: ReadingGate,
    private readonly reader: PayloadReader,
    private readonly link: MeterLink | null,
  ) {}

  /** Sends the command and returns it. Throws with a sentence for people when there is no such command. */
  async send(request: SamplingRequest): Promise<SamplingCommand> {
    const { meterId } = request;
    if (!this.link) throw new Error('choose a broker in this node, so that meters can be spoken to');
    const topic = this.gate.topicOf(meterId);
    if (topic === undefined) {
      throw new Error(
        `meter ${meterId} has not been heard since the start, or it speaks our JSON and reports by itself`,
      );
    }
    const shape = this.reader.shapeOf(topic) ?? '';
    const command =
      request.kind === 'read'
        ? readNow(shape, topic)
        : reportEvery(shape, topic, Math.round(request.reportEveryMs / 1_000));
    if (!command)
      throw new Error(`meter ${meterId} speaks ${shape || 'by a profile'}, which has no command for this`);
    await this.link.publish(command.topic, command.payload);
    return command;
  }
}
