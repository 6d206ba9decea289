/**
 * Every SAR_* of GM/T 0016-2012 annex A and the additions of 2023 by its number, with the Chinese wording of the standard's
 * tables. Libraries from before 2023 use numbers above 0x0A000032 for errors of their own.
 */
const rows = [
  [0x0000_0000, 'SAR_OK', '成功'],
  [0x0a00_0001, 'SAR_FAIL', '失败'],
  [0x0a00_0002, 'SAR_UNKNOWNERR', '异常错误'],
  [0x0a00_0003, 'SAR_NOTSUPPORTYETERR', '不支持的服务'],
  [0x0a00_0004, 'SAR_FILEERR', '文件操作错误'],
  [0x0a00_0005, 'SAR_INVALIDHANDLEERR', '无效的句柄'],
  [0x0a00_0006, 'SAR_INVALIDPARAMERR', '无效的参数'],
  [0x0a00_0007, 'SAR_READFILEERR', '读文件错误'],
  [0x0a00_0008, 'SAR_WRITEFILEERR', '写文件错误'],
  [0x0a00_0009, 'SAR_NAMELENERR', '名称长度错误'],
  [0x0a00_000a, 'SAR_KEYUSAGEERR', '密钥用途错误'],
  [0x0a00_000b, 'SAR_MODULUSLENERR', '模的长度错误'],
  [0x0a00_000c, 'SAR_NOTINITIALIZEERR', '未初始化'],
  [0x0a00_000d, 'SAR_OBJERR', '对象错误'],
  [0x0a00_000e, 'SAR_MEMORYERR', '内存错误'],
  [0x0a00_000f, 'SAR_TIMEOUTERR', '超时'],
  [0x0a00_0010, 'SAR_INDATALENERR', '输入数据长度错误'],
  [0x0a00_0011, 'SAR_INDATAERR', '输入数据错误'],
  [0x0a00_0012, 'SAR_GENRANDERR', '生成随机数错误'],
  [0x0a00_0013, 'SAR_HASHOBJERR', 'HASH 对象错误'],
  [0x0a00_0014, 'SAR_HASHERR', 'HASH 运算错误'],
  [0x0a00_0015, 'SAR_GENRSAKEYERR', '产生 RSA 密钥错误'],
  [0x0a00_0016, 'SAR_RSAMODULUSLENERR', 'RSA 密钥模长错误'],
  [0x0a00_0017, 'SAR_CSPIMPRTPUBKEYERR', 'CSP 服务导入公钥错误'],
  [0x0a00_0018, 'SAR_RSAENCERR', 'RSA 加密错误'],
  [0x0a00_0019, 'SAR_RSADECERR', 'RSA 解密错误'],
  [0x0a00_001a, 'SAR_HASHNOTEQUALERR', 'HASH 值不相等'],
  [0x0a00_001b, 'SAR_KEYNOTFOUNTERR', '密钥未发现'],
  [0x0a00_001c, 'SAR_CERTNOTFOUNTERR', '证书未发现'],
  [0x0a00_001d, 'SAR_NOTEXPORTERR', '对象未导出'],
  [0x0a00_001e, 'SAR_DECRYPTPADERR', '解密时做补丁错误'],
  [0x0a00_001f, 'SAR_MACLENERR', 'MAC 长度错误'],
  [0x0a00_0020, 'SAR_BUFFER_TOO_SMALL', '缓冲区不足'],
  [0x0a00_0021, 'SAR_KEYINFOTYPEERR', '密钥类型错误'],
  [0x0a00_0022, 'SAR_NOT_EVENTERR', '无事件错误'],
  [0x0a00_0023, 'SAR_DEVICE_REMOVED', '设备已移除'],
  [0x0a00_0024, 'SAR_PIN_INCORRECT', 'PIN 不正确'],
  [0x0a00_0025, 'SAR_PIN_LOCKED', 'PIN 被锁死'],
  [0x0a00_0026, 'SAR_PIN_INVALID', 'PIN 无效'],
  [0x0a00_0027, 'SAR_PIN_LEN_RANGE', 'PIN 长度错误'],
  [0x0a00_0028, 'SAR_USER_ALREADY_LOGGED_IN', '用户已经登录'],
  [0x0a00_0029, 'SAR_USER_PIN_NOT_INITIALIZED', '没有初始化用户口令'],
  [0x0a00_002a, 'SAR_USER_TYPE_INVALID', 'PIN 类型错误'],
  [0x0a00_002b, 'SAR_APPLICATION_NAME_INVALID', '应用名称无效'],
  [0x0a00_002c, 'SAR_APPLICATION_EXISTS', '应用已经存在'],
  [0x0a00_002d, 'SAR_USER_NOT_LOGGED_IN', '用户没有登录'],
  [0x0a00_002e, 'SAR_APPLICATION_NOT_EXISTS', '应用不存在'],
  [0x0a00_002f, 'SAR_FILE_ALREADY_EXIST', '文件已经存在'],
  [0x0a00_0030, 'SAR_NO_ROOM', '空间不足'],
  [0x0a00_0031, 'SAR_FILE_NOT_EXIST', '文件不存在'],
  [0x0a00_0032, 'SAR_REACH_MAX_CONTAINER_COUNT', '已达到最大可管理容器数'],
  [0x0a00_0033, 'SAR_AUTH_BLOCKED', '密钥已被锁住'],
  [0x0a00_0034, 'SAR_CERTNOUSAGEERR', '证书未使用'],
  [0x0a00_0035, 'SAR_INVALIDCONTAINERERR', '无效容器'],
  [0x0a00_0036, 'SAR_CONTAINER_NOT_EXISTS', '容器不存在'],
  [0x0a00_0037, 'SAR_CONTAINER_EXISTS', '容器已存在'],
  [0x0a00_0038, 'SAR_CERTUSAGEERR', '证书用途错误'],
  [0x0a00_0039, 'SAR_KEYNOUSAGEERR', '密钥未使用'],
  [0x0a00_003a, 'SAR_FILEATTRIBUTEERR', '文件操作权限错误'],
  [0x0a00_003b, 'SAR_DEVNOAUTH', '设备未认证'],
] as const satisfies readonly (readonly [number, string, string])[];

export type ReturnValueName = (typeof rows)[number][1];

/** Names by number. */
export const returnValueNames: ReadonlyMap<number, ReturnValueName> = new Map(
  rows.map(([value, name]) => [value, name]),
);

/** What the standard says of each, in Chinese: for reports to vendors. */
export const returnValueWords: ReadonlyMap<number, string> = new Map(rows.map(([value, , words]) => [value, words]));

const values = new Map<string, number>(rows.map(([value, name]) => [name, value]));

export function returnValueOf(name: ReturnValueName): number {
  return values.get(name) ?? 0;
}

/** The standard's name, or the number for a vendor's own code. */
export function returnValueName(value: number): string {
  return returnValueNames.get(value) ?? `SAR_0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
}
