/** Notices that nothing but the calendar asks for. */
export type CalendarKind = 'statement' | 'tip';
