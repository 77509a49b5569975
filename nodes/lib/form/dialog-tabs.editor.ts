// The tabs of the dialog, for the pointer as everywhere in the editor, and for the keyboard too.

export interface DialogTab {
  name: string;
  label: string;
}

/** `type` begins the ids in the form: `<type>-tabs` is the list, `<type>-tab-<name>` a panel. */
export function dialogTabs(type: string, all: readonly DialogTab[], onShow: (name: string) => void): void {
  const prefix = `${type}-tab-`;
  const names = all.map(({ name }) => name);
  const element = $(`#${type}-tabs`).attr('role', 'tablist');
  const show = (name: string): void => {
    for (const other of names) $(`#${prefix}${other}`).toggle(other === name);
    element.find('a').each((_, link) => {
      const isShown = link.getAttribute('href') === `#${prefix}${name}`;
      $(link).attr({ 'aria-selected': String(isShown), tabindex: isShown ? 0 : -1 });
    });
    onShow(name);
  };
  // The published types say text; the editor hands over the tab.
  const idOf = (tab: unknown): string => (tab as { id: string }).id;
  const tabs = RED.tabs.create({
    element,
    onchange: (tab: unknown) => show(idOf(tab).slice(prefix.length)),
    // Two tabs clicked one soon after the other are a double click to the editor; here the second one counts.
    ondblclick: (tab: unknown) => tabs.activateTab(idOf(tab)),
  });
  for (const [index, { name, label }] of all.entries()) {
    tabs.addTab({ id: prefix + name, label }, index);
    $(`#${prefix}${name}`).attr({ role: 'tabpanel', 'aria-label': label });
  }
  element.children().attr('role', 'presentation');
  element.find('a').attr('role', 'tab');
  show(names[0] ?? '');
  element.on('keydown', 'a', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = names.indexOf(String($(event.currentTarget).attr('href')).slice(prefix.length + 1));
    const name = step === undefined ? undefined : names[at + step];
    if (name === undefined) return;
    tabs.activateTab(prefix + name);
    element.find(`a[href="#${prefix}${name}"]`).trigger('focus');
    event.preventDefault();
  });
}
