export { type AppletAnswer, say, type VirtualApplet } from './applet.ts';
export { GmApplet, type GmAppletOptions, type GmContainerContents } from './gm-applet.ts';
export { HidKey } from './hid-key.ts';
export {
  OpenPgpApplet,
  type OpenPgpAppletOptions,
  type OpenPgpSlot,
  type OpenPgpSlotContents,
} from './openpgp-applet.ts';
export { type PrivatePcscd, pcscdParts, startPcscd } from './pcscd.ts';
export { PivApplet, type PivAppletOptions, type PivSlot, type PivSlotContents } from './piv-applet.ts';
export { UhidKey } from './uhid.ts';
export { defaultAtr, type Interference, VirtualCard } from './virtual-card.ts';
export { VirtualReader } from './virtual-reader.ts';
