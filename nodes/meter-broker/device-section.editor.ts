// The devices with passwords of their own, in the dialog of a broker that runs. Each click is done at once.
import type { DeviceSummary } from '../lib/devices/device-book';
import { DEVICE_DIALECTS } from '../lib/devices/device-dialect';

type Text = (key: string, values?: Record<string, unknown>) => string;

interface DeviceList {
  devices: (DeviceSummary & { isOnline: boolean })[];
  /** How many are connected; null when the broker cannot tell. */
  connected: number | null;
  refusals: Record<string, number>;
}

/** A list of thousands would make the dialog slow; the field above it narrows it down. */
const MAX_SHOWN = 100;

export class DeviceSection {
  private readonly notice = $('<div class="form-tips" role="status">').hide();
  private readonly summary = $('<p>');
  private readonly search = $('<input type="text">');
  private readonly rows = $('<tbody>');
  private list: DeviceList | null = null;

  constructor(
    private readonly brokerId: string,
    private readonly text: Text,
  ) {}

  fill(container: JQuery): void {
    const { text } = this;
    this.search
      .attr({
        'aria-label': text('meter-broker.device.search'),
        placeholder: text('meter-broker.device.search'),
      })
      .on('input', () => this.showRows());
    const headings = ['name', 'dialect', 'state', 'since'].map((column) =>
      $('<th style="text-align: left">').text(text(`meter-broker.device.${column}`)),
    );
    const table = $('<table style="width: 100%">').append(
      $('<thead>').append($('<tr>').append(...headings, '<th>')),
      this.rows,
    );
    const files = button(text('meter-broker.device.mosquitto'), () => this.showMosquittoFiles());
    container.empty().append(this.notice, this.addRow(), this.summary, this.search, table, files);
    this.load();
  }

  private addRow(): JQuery {
    const { text } = this;
    const name = $('<input type="text" style="width: 35%">').attr({
      'aria-label': text('meter-broker.device.new'),
      placeholder: text('meter-broker.device.new'),
      autocomplete: 'off',
    });
    const dialect = $('<select style="width: 30%">').attr('aria-label', text('meter-broker.device.dialect'));
    for (const each of DEVICE_DIALECTS)
      dialect.append(
        $('<option>')
          .val(each)
          .text(text(`meter-broker.dialect.${each}`)),
      );
    const add = button(text('meter-broker.device.add'), () => {
      this.change({ add: String(name.val()).trim(), dialect: String(dialect.val()) });
      name.val('');
    });
    return $('<div class="form-row">').append(name, ' ', dialect, ' ', add);
  }

  private load(): void {
    this.ask('GET', 'devices', undefined, (answer) => {
      this.list = answer as DeviceList;
      this.showRows();
    });
  }

  private change(request: object): void {
    this.ask('POST', 'devices', request, (answer) => {
      const { name, password } = answer as { name: string; password: string | null };
      if (password === null) this.say($('<span>').text(this.text('meter-broker.device.revoked', { name })));
      else
        this.say(
          $('<span>').text(this.text('meter-broker.device.made', { name })),
          ' ',
          $('<code style="user-select: all">').text(password),
        );
      this.load();
    });
  }

  private showRows(): void {
    const { list, text, rows } = this;
    if (!list) return;
    const sought = String(this.search.val()).trim().toLowerCase();
    const found = list.devices.filter(({ name }) => name.toLowerCase().includes(sought));
    rows.empty().append(...found.slice(0, MAX_SHOWN).map((device) => this.row(device)));
    const refused = Object.values(list.refusals).reduce((sum, count) => sum + count, 0);
    const counts = {
      devices: list.devices.length,
      found: found.length,
      connected: list.connected ?? '–',
      refused,
    };
    this.summary.text(text('meter-broker.device.summary', counts));
  }

  private row({ name, dialect, state, isOnline, sinceMs }: DeviceList['devices'][number]): JQuery {
    const { text } = this;
    const shown = isOnline ? 'online' : state;
    const buttons =
      state === 'revoked'
        ? [button(text('meter-broker.device.renew'), () => this.change({ add: name, dialect }))]
        : [
            button(text('meter-broker.device.rotate'), () => this.change({ rotate: name })),
            button(text('meter-broker.device.revoke'), () => this.revoke(name)),
          ];
    return $('<tr>').append(
      $('<td>').text(name),
      $('<td>').text(text(`meter-broker.dialect.${dialect}`)),
      $('<td>').text(text(`meter-broker.state.${shown}`)),
      $('<td>').text(new Date(sinceMs).toLocaleString()),
      $('<td style="text-align: right">').append(...buttons),
    );
  }

  private revoke(name: string): void {
    if (window.confirm(this.text('meter-broker.device.confirm', { name }))) this.change({ revoke: name });
  }

  private showMosquittoFiles(): void {
    this.ask('POST', 'mosquitto', {}, (answer) => {
      const { acl, passwords } = answer as { acl: string; passwords: string };
      const area = (content: string, label: string): JQuery =>
        $('<textarea readonly rows="6" style="width: 100%">').attr('aria-label', label).val(content);
      this.say(
        $('<p>').text(this.text('meter-broker.device.files')),
        area(acl, 'acl_file'),
        area(passwords, 'password_file'),
      );
    });
  }

  private ask(
    method: 'GET' | 'POST',
    what: string,
    body: object | undefined,
    done: (answer: unknown) => void,
  ): void {
    void $.ajax({
      url: `meter-broker/${encodeURIComponent(this.brokerId)}/${what}`,
      method,
      ...(body === undefined ? {} : { contentType: 'application/json', data: JSON.stringify(body) }),
    })
      .done(done)
      .fail((response: JQuery.jqXHR) => {
        const said = response.responseJSON as { error?: string } | undefined;
        this.say($('<span>').text(said?.error ?? this.text('meter-broker.fault.not-deployed')));
      });
  }

  private say(...content: (JQuery | string)[]): void {
    this.notice
      .empty()
      .append(...content)
      .show();
  }
}

function button(label: string, onClick: () => void): JQuery {
  return $('<button type="button" class="red-ui-button red-ui-button-small">')
    .text(label)
    .on('click', (event) => {
      event.preventDefault();
      onClick();
    });
}
