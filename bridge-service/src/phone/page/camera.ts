import decodeQR from 'qr/decode.js';

/** Pictures are looked at this small: enough for a code that fills half of them, and quick on an old phone. */
const longestSide = 720;
const everyMs = 120;

export interface Camera {
  readonly stop: () => void;
}

/**
 * Shows the back camera in a video element and tells each code that it sees, until it is stopped. Nothing of the picture leaves this page.
 *
 * @throws {DOMException} NotAllowedError, NotFoundError …
 */
export async function watchCamera(video: HTMLVideoElement, seen: (text: string) => void): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } },
  });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  video.srcObject = stream;
  await video.play();

  const look = (): void => {
    if (stopped) return;
    const { videoWidth: width, videoHeight: height } = video;
    if (width > 0 && context !== null) {
      const scale = Math.min(1, longestSide / Math.max(width, height));
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const text = readCode(context.getImageData(0, 0, canvas.width, canvas.height));
      if (text !== null) seen(text);
    }
    timer = setTimeout(look, everyMs);
  };
  look();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}

/** null where there is none, or none that can be read. */
function readCode(image: ImageData): string | null {
  try {
    return decodeQR(image);
  } catch {
    return null;
  }
}
