import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const width = 640;
const height = 480;

/** Flags by which Chromium's camera is that file. */
export const cameraFlags = (file: string): readonly string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

/** Lays a picture before the camera, as somebody holds a phone to a screen. @param any  a page of any browser, to decode PNG */
export async function holdBeforeCamera(any: Page, file: string, png: Buffer): Promise<void> {
  const luminance = await any.evaluate(
    async ({ base64, width: wide, height: high }) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(wide, high);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.fillStyle = '#8a8f98';
      context.fillRect(0, 0, wide, high);
      const side = high * 0.8;
      context.drawImage(picture, (wide - side) / 2, (high - side) / 2, side, side);
      const { data } = context.getImageData(0, 0, wide, high);
      let text = '';
      for (let at = 0; at < data.length; at += 4)
        text += String.fromCharCode(Math.round(16 + ((data[at] ?? 0) * 219) / 255));
      return btoa(text);
    },
    { base64: png.toString('base64'), width, height },
  );
  // YUV4MPEG2, one grey frame: colours are all 128.
  writeFileSync(
    file,
    Buffer.concat([
      Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\nFRAME\n`),
      Buffer.from(luminance, 'base64'),
      Buffer.alloc((width * height) / 2, 128),
    ]),
    { mode: 0o644 },
  );
}
