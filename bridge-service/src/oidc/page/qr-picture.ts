import encodeQR from 'qr';

const svg = 'http://www.w3.org/2000/svg';
/** ISO/IEC 18004 §6.3.8 asks for four modules of quiet around. */
const quiet = 4;

/** A picture that shows QR codes, one after the other, drawn here. Its ground is light in every mode: cameras want it so. */
export function qrPicture(label: string): {
  readonly element: SVGSVGElement;
  show(text: string): void;
  name(label: string): void;
} {
  const element = document.createElementNS(svg, 'svg');
  const ground = document.createElementNS(svg, 'rect');
  const modules = document.createElementNS(svg, 'path');
  for (const [name, value] of [
    ['role', 'img'],
    ['class', 'qr'],
    ['shape-rendering', 'crispEdges'],
    ['data-test', 'qr'],
  ] as const)
    element.setAttribute(name, value);
  ground.setAttribute('fill', '#fff');
  modules.setAttribute('fill', '#000');
  element.append(ground, modules);
  const name = (text: string): void => element.setAttribute('aria-label', text);
  name(label);
  return {
    element,
    name,
    show(text) {
      const rows = encodeQR(text, 'raw', { ecc: 'medium', border: quiet });
      const size = String(rows.length);
      element.setAttribute('viewBox', `0 0 ${size} ${size}`);
      ground.setAttribute('width', size);
      ground.setAttribute('height', size);
      modules.setAttribute('d', rows.map(rowPath).join(''));
    },
  };
}

/** Runs of dark modules of one row as rectangles. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const from = x;
    while (row[x + 1]) x += 1;
    path += `M${from} ${y}h${x - from + 1}v1H${from}z`;
  }
  return path;
}
