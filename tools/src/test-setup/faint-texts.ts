/**
 * Runs in the page: texts that stand too faintly on what is behind them (WCAG 2.2, 1.4.3: 4.5:1, large texts 3:1), each with its ratio.
 * Controls that cannot be used are left out, and texts over pictures and gradients, whose ground is not one colour.
 */
export function faintTexts(): readonly string[] {
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];
  const canvas = document.createElement('canvas');
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  if (brush === null) return ['no canvas to mix colours on'];
  const known = new Map<string, Colour>();
  const colourOf = (text: string): Colour => {
    const seen = known.get(text);
    if (seen !== undefined) return seen;
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = text;
    brush.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = brush.getImageData(0, 0, 1, 1).data;
    const made = [red, green, blue, alpha / 255] as const;
    known.set(text, made);
    return made;
  };
  const over = ([red, green, blue, alpha]: Colour, [r, g, b]: Colour): Colour => [
    red * alpha + r * (1 - alpha),
    green * alpha + g * (1 - alpha),
    blue * alpha + b * (1 - alpha),
    1,
  ];
  const light = ([red, green, blue]: Colour): number => {
    const linear = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  /** What is behind an element; null where it is not one colour. */
  const groundOf = (element: Element): Colour | null => {
    const layers: Colour[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if (backgroundImage !== 'none') return null;
      const colour = colourOf(backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] >= 1) break;
    }
    return layers.reduceRight<Colour>((ground, layer) => over(layer, ground), [255, 255, 255, 1]);
  };

  const found = new Set<string>();
  const texts = document.createTreeWalker(
    document.querySelector('dialog:modal') ?? document.body,
    NodeFilter.SHOW_TEXT,
  );
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const parent = node.parentElement;
    const text = (node.textContent ?? '').trim();
    if (parent === null || text === '' || !parent.checkVisibility({ visibilityProperty: true })) continue;
    if (
      parent.closest('script, style, .unseen, :disabled, [aria-disabled="true"], [aria-busy="true"], [inert]') !== null
    )
      continue;
    if (parent.closest('label:has(:disabled)') !== null) continue;
    const ground = groundOf(parent);
    if (ground === null) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(parent);
    let opacity = 1;
    for (let at: Element | null = parent; at !== null; at = at.parentElement)
      opacity *= Number(getComputedStyle(at).opacity);
    const [red, green, blue, alpha] = colourOf(color);
    const [one, other] = [light(over([red, green, blue, alpha * opacity], ground)), light(ground)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = Number.parseFloat(fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < needed)
      found.add(
        `${ratio.toFixed(2)}:1 for “${text.slice(0, 40)}” (${parent.tagName.toLowerCase()}.${parent.className})`,
      );
  }
  return [...found];
}
