// A computed value for widgets whose `answer` has the time zone of the site.

export default {
  clockText() {
    const { timeZone } = this.answer;
    const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' };
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    return new Intl.DateTimeFormat('en-GB', { ...day, ...clock, timeZone });
  },
};
