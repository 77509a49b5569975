import type { Delivery } from '../notice/notice';
import type { CalendarKind } from '../notice/notice-calendar';
import type { Figures } from '../policy/account-situation';
import type { ContactChange } from './account';

/** Notices were handed to the flow and need not be handed over again. */
export interface NoticesHandedPosting {
  type: 'noticesHanded';
  noticeIds: number[];
}

/** What customers want to be told, how, and in which language. For all accounts of the customer. */
export interface ChangeContactPosting {
  type: 'changeContact';
  accountId: string;
  change: ContactChange;
  by: string;
}

/** Notices that are to be delivered, and so are handed; one that is known already stays as it is. */
export interface PlanNoticesPosting {
  type: 'planNotices';
  plans: readonly { noticeId: number; delivery: Delivery }[];
}

/** A step of a notice on its way, refused when it has gone another one since `before` was read. */
export interface NoticeStepPosting {
  type: 'noticeStep';
  noticeId: number;
  before: Delivery;
  after: Delivery;
}

/** A notice that comes with the calendar. It is made once for its period; without one the account only waits on. */
export interface CalendarNoticePosting {
  type: 'calendarNotice';
  accountId: string;
  kind: CalendarKind;
  /** When it was due; refused when somebody else has made it since. */
  dueMs: number;
  nextMs: number;
  notice: { period: string; figures: Figures } | null;
}

/** What an account used in a week, kept until the next one. */
export interface WeekUsePosting {
  type: 'weekUse';
  accountId: string;
  week: string;
  tariffId: string;
  usedWh: number | null;
  beforeWh: number | null;
}

/** One notice to the office about all statements of a period. */
export interface SummaryPosting {
  type: 'summary';
  period: string;
  figures: Figures;
}

export type NoticePosting =
  | NoticesHandedPosting
  | ChangeContactPosting
  | PlanNoticesPosting
  | NoticeStepPosting
  | CalendarNoticePosting
  | WeekUsePosting
  | SummaryPosting;
