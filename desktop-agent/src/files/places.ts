import { existsSync, readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export type PlaceName = 'home' | 'desktop' | 'documents' | 'downloads' | 'drive';

/** Where people keep their files. */
export interface Place {
  readonly name: PlaceName;
  /** Of a drive. */
  readonly label: string;
  readonly path: string;
}

const known = {
  desktop: ['Desktop', '桌面'],
  documents: ['Documents', '文档'],
  downloads: ['Downloads', '下载'],
} as const;

/** The usual folders as far as they exist, and the drives that are there. @param home  of the person */
export function places(home: string = os.homedir()): readonly Place[] {
  const usual = Object.entries(known).flatMap(([name, folders]) => {
    const found = folders.map((folder) => path.join(home, folder)).find(isFolder);
    return found === undefined ? [] : [{ name: name as PlaceName, label: path.basename(found), path: found }];
  });
  return [...usual, { name: 'home', label: path.basename(home), path: home }, ...drives()];
}

function drives(): readonly Place[] {
  const drive = (folder: string, label: string): Place => ({ name: 'drive', label, path: folder });
  if (process.platform === 'win32')
    return [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].flatMap((letter) =>
      existsSync(`${letter}:\\`) ? [drive(`${letter}:\\`, `${letter}:`)] : [],
    );
  const user = os.userInfo().username;
  const roots = process.platform === 'darwin' ? ['/Volumes'] : [`/media/${user}`, `/run/media/${user}`];
  return roots.flatMap(foldersIn).map((folder) => drive(folder, path.basename(folder)));
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .map((name) => path.join(folder, name))
      .filter(isFolder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
