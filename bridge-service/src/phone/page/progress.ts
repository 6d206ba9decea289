import { equalBytes, fromBase64 } from '@onelock/core/bytes';
import { parseCertificate } from '@onelock/core/x509';
import { button, heading } from '../../hosted-pages/page/controls.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import type { Desk, MakeView } from './desk.ts';
import { goHome } from './home.ts';
import { type Application, server } from './server.ts';
import { type Kept, keep } from './vault.ts';

const askAgainMs = 2_000;

/** Follows the application until its certificate is on this phone. */
export function progressView(kept: Kept): MakeView {
  let state: Application['state'] = 'submitted';
  let reason: Application['reason'] = null;
  let current = kept;
  return (desk) => {
    const { say } = desk;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const poll = async (): Promise<void> => {
      if (left || current.application === null) return;
      try {
        const seen = await server.application(current.application);
        const changed = seen.state !== state;
        ({ state, reason } = seen);
        if (state === 'issued' || state === 'installed') {
          const installed = await install(desk, current);
          if (installed !== null) {
            current = installed;
            state = 'installed';
            if (!left) desk.show(true);
          }
          return;
        }
        if (changed && !left) return desk.show(false);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (!left) desk.tell(error);
      }
      if (!['refused', 'withdrawn', 'draft'].includes(state)) timer = setTimeout(() => void poll(), askAgainMs);
    };
    const isDone = current.certificate !== null;
    const goesOn = !isDone && ['submitted', 'pending', 'issued'].includes(state);
    if (!isDone) void poll();
    const shown = element(
      'section',
      { 'data-test': 'application', 'data-state': isDone ? 'installed' : state },
      heading(isDone ? say.done : say.progress),
      element('p', {}, element('strong', {}, current.company)),
      element('p', { role: 'status', class: goesOn ? 'status busy' : '' }, isDone ? say.doneHint : say.states[state]),
      reason === null ? null : element('p', { class: 'notice fail' }, desk.sentence(reason)),
      isDone ? null : element('p', { class: 'small' }, state === 'draft' ? say.draftLost : say.stay),
      element(
        'div',
        { class: 'acts' },
        button(say.home, () => void goHome(desk, current.id), 'home', true),
      ),
    );
    return {
      element: shown,
      leave: () => {
        left = true;
        clearTimeout(timer);
      },
    };
  };
}

/** Keeps the certificate, when it is for this phone's key. @returns null when it is not */
async function install(desk: Desk, kept: Kept): Promise<Kept | null> {
  if (kept.application === null) return null;
  const { signingCertificate } = await server.delivery(kept.application);
  const certificate = parseCertificate(fromBase64(signingCertificate));
  if (!equalBytes(certificate.publicKey.spki, kept.publicKey)) {
    desk.tell(desk.say.mismatch);
    return null;
  }
  const installed: Kept = {
    ...kept,
    ...{ certificate: new Uint8Array(certificate.der), notAfter: certificate.notAfter.toISOString() },
  };
  await keep(installed);
  try {
    await server.installed(kept, kept.application);
  } catch (error) {
    // It is here; that it could not be told changes nothing for the person.
    if (!(error instanceof Refusal)) throw error;
  }
  return installed;
}
