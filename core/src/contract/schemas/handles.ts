import { text } from './primitives.ts';

/*
 * Handles are opaque text: a page keeps, compares and returns them, and never looks inside. The part after the prefix
 * is base64url. Every handle carries the insertion generation of its device: after an unplug it is refused
 * (ERR_TOKEN_HANDLE_STALE) and never reaches another key.
 */
const opaque = (prefix: string): { readonly min: number; readonly max: number; readonly pattern: string } => ({
  min: prefix.length + 8,
  max: 512,
  pattern: `^${prefix}[A-Za-z0-9_-]+$`,
});

/** One identity's key (a signing key and, for dual certificates, its encryption twin) on one inserted device. */
export const KeyHandle = text(
  opaque('k1_'),
  '密钥句柄：不透明，含提供者、介质、容器和插入代次；介质拔出后即失效',
  'Key handle: opaque; carries provider, device, container and insertion generation; dead once the device is unplugged',
);

export const DeviceHandle = text(
  opaque('d1_'),
  '介质句柄：不透明，含插入代次；介质拔出后即失效',
  'Device handle: opaque; carries the insertion generation; dead once the device is unplugged',
);

/** A file that the person picked in the agent's own window. Never a path. */
export const FileHandle = text(
  opaque('f1_'),
  '文件句柄：由代理的文件选择窗口给出，不是路径',
  "File handle: given by the agent's own file picker, never a path",
);

export const SealHandle = text(
  opaque('s1_'),
  '印章句柄：不透明，含印章来源和插入代次',
  'Seal handle: opaque; carries the source of the seal and the insertion generation',
);

export const StreamId = text(
  { min: 4, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
  '数据流编号：由网页生成，在本连接内唯一',
  'Stream id: made by the page, unique on this connection',
);

export const RemoteSessionId = text(opaque('r1_'), '扫码会话编号', 'Id of a remote session');

export const CallId = text(
  { min: 1, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
  '调用编号：即 JSON-RPC 请求的 id，日志和求助时使用',
  'Call id: the id of the JSON-RPC request, used in logs and when asking for help',
);
