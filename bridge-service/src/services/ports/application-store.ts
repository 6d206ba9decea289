import type {
  Application,
  ApplicationState,
  ApplicationStep,
  CaEnrolment,
  CaEnrolmentRecord,
} from './application-records.ts';
import type { PageRequest } from './store.ts';

export interface ApplicationFilter {
  readonly platformId?: string | undefined;
  readonly caId?: string | undefined;
  readonly state?: ApplicationState | undefined;
  readonly creditCode?: string | undefined;
}

/** What a CA's applications came to since an instant. */
export interface ApplicationFigures {
  readonly caId: string;
  /** Submitted. */
  readonly applications: number;
  readonly issued: number;
  readonly refused: number;
  readonly held: number;
  /** Minutes from submission to certificates, half of them faster; null where none was issued. */
  readonly medianMinutes: number | null;
  /** Of those issued, how many as fast as the CA had promised. */
  readonly inTime: number;
}

export interface ApplicationRepository {
  add(application: Application): Promise<void>;
  /** Writes it and its step when nobody has changed it meanwhile. @returns whether it was so */
  update(application: Application, step: Omit<ApplicationStep, 'position'> | null): Promise<boolean>;
  byId(id: string): Promise<Application | null>;
  /** Newest first. */
  list(page: PageRequest<string>, filter: ApplicationFilter): Promise<readonly Application[]>;
  steps(id: string): Promise<readonly ApplicationStep[]>;
  /** Another application, neither withdrawn nor refused, with this public key. */
  otherWithKey(requestKeyDigest: string, id: string): Promise<boolean>;
  /** To be brought to the CA now, longest waiting first. */
  due(now: string, limit: number): Promise<readonly { readonly id: string; readonly version: number }[]>;
  /** True for the one node that may ask, until then. */
  claim(id: string, now: string, until: string): Promise<boolean>;
  figures(since: string): Promise<readonly ApplicationFigures[]>;
  /** Drafts that nobody has touched since. */
  deleteDraftsBefore(instant: string): Promise<number>;
  /** Of applications that nobody has touched since: what identifies the applicant, whatever their state; the ends that are shown stay. */
  forgetApplicantsBefore(instant: string): Promise<number>;
}

export interface EnrolmentRepository {
  ofCa(caId: string): Promise<CaEnrolmentRecord | null>;
  set(caId: string, enrolment: CaEnrolment, at: string): Promise<void>;
  /** Of active CAs, open ones. */
  open(): Promise<readonly (CaEnrolmentRecord & { readonly caName: string })[]>;
}
