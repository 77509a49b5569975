import type { Node, NodeAPI } from 'node-red';
import type { NoticeChannel } from '../lib/notice/notice';
import { StatusLine } from '../lib/red/status';
import type { Site } from '../lib/site/site';
import type { NoticeEvent } from './notice-desk';
import type { OpenChannels } from './output-ports';

/** Shows how notices fare. A wire that is missing stays to be seen as long as it is, whatever else goes well. */
export class NoticeStatus {
  private readonly line: StatusLine;
  private unwired: NoticeChannel | null = null;

  constructor(
    private readonly RED: NodeAPI,
    node: Node,
    private readonly open: OpenChannels,
  ) {
    this.line = new StatusLine(node);
  }

  ready(): void {
    this.line.show('idle', () => this.RED._('prepaid-notices.status.ready'));
  }

  notReady(): void {
    this.line.show('broken', () => this.RED._('prepaid-notices.status.not-ready'));
  }

  after({ event }: NoticeEvent, site: Site): void {
    if (event === 'failed') this.line.show('broken', () => this.RED._('prepaid-notices.status.failed'));
    else if (this.unwired !== null) return;
    else if (event === 'unconfirmed')
      this.line.show('waiting', () => this.RED._('prepaid-notices.status.unconfirmed'));
    else this.showWaiting(site);
  }

  /** Notices wait for a wire. */
  missing(channel: NoticeChannel): void {
    this.unwired = channel;
    this.line.show('waiting', () => this.RED._(`prepaid-notices.status.unwired-${channel}`));
  }

  /** To be called once in a while: nobody tells of wires that come and go. */
  lookAtWires(usualChannel: NoticeChannel, site: Site): void {
    const open = this.open();
    if (this.unwired !== null && open.has(this.unwired)) {
      this.unwired = null;
      this.showWaiting(site);
    }
    if (this.unwired === null && !open.has(usualChannel)) this.missing(usualChannel);
  }

  close(): void {
    this.line.close();
  }

  private showWaiting(site: Site): void {
    this.line.show('well', () => {
      const waiting = site.store.notices.countUndelivered();
      return waiting === 0
        ? this.RED._('prepaid-notices.status.all-told')
        : this.RED._('prepaid-notices.status.waiting', { waiting });
    });
  }
}
