import { button, heading } from '../../hosted-pages/page/controls.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { canMake, certificateOf, listSigning } from './agent.ts';
import { emptyForm } from './company-form.ts';
import { actsRow, type Desk } from './desk.ts';
import { server } from './server.ts';
import { offersView, oldCertificatesView } from './views.ts';

/** What is applied for: the old certificate of a renewal, a CA and a product of it. */
export function begin(desk: Desk, mode: 'new' | 'renewal'): void {
  desk.mode = mode;
  Object.assign(desk, { chosen: null, old: null, oldKey: null, ticket: null, view: null, made: null, newKey: null });
  Object.assign(desk, { form: emptyForm(), fieldErrors: {} });
  if (desk.offers.length === 0) {
    desk.failure = { title: 'failed', text: desk.saying().say.noOffers, support: '' };
    desk.show();
    return;
  }
  desk.go(mode === 'new' ? 'offers' : 'old');
  if (mode === 'renewal') void listOld(desk);
}

function listOld(desk: Desk): Promise<void> {
  desk.relist = async () => {
    if (desk.client === null) return;
    desk.identities = await listSigning(desk.client);
    if (!desk.identities.some(({ key }) => key === desk.oldKey)) desk.oldKey = null;
  };
  return desk.withAgent(desk.relist);
}

export function oldStage(desk: Desk): HTMLElement {
  const { say } = desk.saying();
  const next = button(say.next, () => void takeOld(desk), 'next', true);
  next.disabled = desk.oldKey === null;
  const lost = desk.client === null && desk.failure !== null;
  return element(
    'div',
    {},
    desk.client === null
      ? heading(say.chooseOld)
      : oldCertificatesView(desk.saying(), desk.identities, desk.oldKey, ({ key }) => {
          desk.oldKey = key;
          next.disabled = false;
        }),
    actsRow(
      lost ? button(say.retry, () => void listOld(desk), 'retry', true) : next,
      button(say.back, () => desk.go('home'), 'back'),
    ),
  );
}

async function takeOld(desk: Desk): Promise<void> {
  const { client } = desk;
  const identity = desk.identities.find(({ key }) => key === desk.oldKey);
  if (client === null || identity === undefined) return;
  await desk.attempt(async () => {
    const certificate = await certificateOf(client, identity);
    const { caId, company } = await server.renewable(certificate);
    if (caId === null) {
      desk.failure = { title: 'failed', text: desk.saying().say.notRenewable, support: '' };
      return;
    }
    desk.old = { identity, certificate, caId };
    desk.form = { ...desk.form, name: company.name, creditCode: company.creditCode };
    const [product, ...more] = desk.offers.find((offer) => offer.caId === caId)?.products ?? [];
    desk.chosen = product !== undefined && more.length === 0 ? { caId, product: product.code } : null;
    desk.go('offers');
  });
}

export function offersStage(desk: Desk): HTMLElement {
  const { say } = desk.saying();
  const next = button(say.next, () => desk.go('company'), 'next', true);
  next.disabled = desk.chosen === null;
  const fitting = desk.offers
    .filter(({ caId }) => desk.old === null || desk.old.caId === caId)
    .map((offer) => ({ ...offer, products: offer.products.filter(({ keySpec }) => canMake(keySpec)) }));
  return element(
    'div',
    {},
    offersView(desk.saying(), fitting, desk.mode, desk.chosen, (choice) => {
      desk.chosen = choice;
      next.disabled = false;
    }),
    actsRow(
      next,
      button(say.back, () => desk.go(desk.mode === 'new' ? 'home' : 'old'), 'back'),
    ),
  );
}
