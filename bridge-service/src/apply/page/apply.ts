import { element } from '../../hosted-pages/page/element.ts';
import { begin, offersStage, oldStage } from './choosing.ts';
import { createDesk, type Desk } from './desk.ts';
import { forget, keep, keptApplications, ticketInAddress } from './kept.ts';
import { openApplication, progressStage } from './progress.ts';
import { companyStage, mediumStage } from './requesting.ts';
import { server } from './server.ts';
import { homeView } from './views.ts';

const place = document.querySelector<HTMLElement>('#desk');
if (place !== null) void start(createDesk(place, contentOf));

/** The applicant's desk: from the choice of a CA to certificates on the medium. */
function contentOf(desk: Desk): HTMLElement {
  switch (desk.stage) {
    case 'loading':
      return element('div');
    case 'home':
      return homeStage(desk);
    case 'old':
      return oldStage(desk);
    case 'offers':
      return offersStage(desk);
    case 'company':
      return companyStage(desk);
    case 'medium':
      return mediumStage(desk);
    case 'progress':
      return progressStage(desk);
  }
}

function homeStage(desk: Desk): HTMLElement {
  return homeView(desk.saying(), keptApplications(), {
    begin: (mode) => begin(desk, mode),
    open: (one) => void openApplication(desk, one),
    forget: (one) => {
      forget(one.id);
      desk.show();
    },
  });
}

async function start(desk: Desk): Promise<void> {
  desk.show();
  const linked = ticketInAddress();
  await desk.attempt(async () => {
    desk.offers = await server.offers();
    desk.stage = 'home';
  });
  if (linked === null) return;
  await openApplication(desk, linked);
  if (desk.view !== null) keep({ ...linked, company: desk.view.subject.companyName, at: desk.view.createdAt });
  history.replaceState(null, '', location.pathname);
}
