import { encodeReports, ReportAssembler } from '../card/transport/hid/framing.ts';
import type { HidFraming } from '../port/index.ts';
import type { VirtualCard } from './virtual-card.ts';

/** The other side of a HID key: takes reports, lets a virtual card answer, gives reports. */
export class HidKey {
  readonly #card: VirtualCard;
  readonly #framing: HidFraming;
  #assembler: ReportAssembler;

  constructor(card: VirtualCard, framing: HidFraming) {
    this.#card = card;
    const { output = {} } = framing;
    this.#framing = { ...framing, output: framing.input ?? output, input: output };
    this.#assembler = new ReportAssembler(this.#framing);
  }

  /**
   * @param report  as a host writes it: its id in front, 0 where the key has none
   * @returns what the host reads then, in the same form
   */
  async receive(report: Uint8Array): Promise<readonly Uint8Array[]> {
    const id = this.#framing.input?.id ?? 0;
    const message = this.#assembler.take(id === 0 ? report.subarray(1) : report);
    if (message === null) return [];
    this.#assembler = new ReportAssembler(this.#framing);
    return encodeReports(await this.#card.transmit(message), this.#framing);
  }
}
