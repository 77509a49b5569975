// The name of whoever decides: kept in this browser tab, and the same in all widgets of a page. A widget with it has
// `person` and `nameProblem` in its data, a watcher of `person` that calls `shareName`, a field with the reference
// `person`, and the methods of keeping.js.
/* global window, CustomEvent */

export default {
  keptName() {
    return String(this.kept('wattkeeper-person') ?? '');
  },
  startSharingName() {
    this.hearName = ({ detail }) => (this.person = detail);
    window.addEventListener('wattkeeper-person', this.hearName);
  },
  stopSharingName() {
    window.removeEventListener('wattkeeper-person', this.hearName);
  },
  shareName(name) {
    this.nameProblem = '';
    this.keep('wattkeeper-person', name);
    window.dispatchEvent(new CustomEvent('wattkeeper-person', { detail: name }));
  },
  // Whether there is a name; if not, the field says so.
  hasName() {
    this.nameProblem = this.person.trim() === '' ? 'Enter your name first.' : '';
    // In a list a reference is a list, too.
    if (this.nameProblem) [this.$refs.person].flat()[0]?.focus();
    return this.nameProblem === '';
  },
};
