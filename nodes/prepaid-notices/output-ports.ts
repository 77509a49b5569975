import type { Node, NodeAPI } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { NOTICE_CHANNELS, type NoticeChannel } from '../lib/notice/notice';

/** Output ports. */
export enum Port {
  Texts,
  Mails,
  Mqtt,
  Events,
}

const PORTS = [Port.Texts, Port.Mails, Port.Mqtt, Port.Events];
export const PORT_BY_CHANNEL: Readonly<Record<NoticeChannel, Port>> = {
  sms: Port.Texts,
  email: Port.Mails,
  mqtt: Port.Mqtt,
};

export function at(port: Port, message: PrepaidMessage): (PrepaidMessage | null)[] {
  return PORTS.map((each) => (each === port ? message : null));
}

/** Channels whose output is wired to a node that is there; one that is disabled, or not started yet, is not. */
export type OpenChannels = () => ReadonlySet<NoticeChannel>;

/** Wires can change without the node being made anew, so they are looked at when they matter. */
export function openChannels(RED: NodeAPI, node: Node): OpenChannels {
  // Whatever its type says, there is no node of an id that is disabled.
  const isThere = (id: string): boolean => Boolean(RED.nodes.getNode(id));
  return () => {
    const { wires = [] } = node as Node & { wires?: string[][] };
    return new Set(NOTICE_CHANNELS.filter((channel) => wires[PORT_BY_CHANNEL[channel]]?.some(isThere)));
  };
}
