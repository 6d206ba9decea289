import type { DriverConfig, TokenDriver } from '../port/index.ts';
import { becomeUser } from '../process/become-user.ts';
import type { HostUser } from '../process/host-user.ts';

/**
 * Opens a driver in this process: loads what belongs to us, gives up root, then loads what does not. Of our families only the
 * one that is wanted is loaded: a host starts twice as fast.
 */
export async function openDriver(config: DriverConfig, user: HostUser | null): Promise<TokenDriver> {
  switch (config.family) {
    case 'soft': {
      const { createSoftDriver } = await import('../soft/index.ts');
      becomeUser(user, config.folder);
      return createSoftDriver({ ...config, folder: '.' });
    }
    case 'card': {
      const { createCardDriver } = await import('../card/index.ts');
      const { loadKoffi } = await import('../skf/load-koffi.ts');
      loadKoffi(config.id);
      becomeUser(user, config.stateFolder ?? '/');
      return createCardDriver(config);
    }
    case 'skf': {
      const { createSkfDriver, loadKoffi } = await import('../skf/index.ts');
      const { checkedLibrary } = await import('../process/checked-library.ts');
      loadKoffi(config.id);
      becomeUser(user, config.stateFolder ?? '/');
      return createSkfDriver({ ...config, library: checkedLibrary(config) });
    }
    case 'pkcs11': {
      const { createPkcs11Driver, loadPkcs11Module, preparePinPads } = await import('../pkcs11/index.ts');
      const { checkedLibrary } = await import('../process/checked-library.ts');
      loadPkcs11Module(config.id);
      if (user !== null) preparePinPads(config.id);
      becomeUser(user, config.stateFolder ?? '/');
      return createPkcs11Driver({ ...config, library: checkedLibrary(config) });
    }
  }
}
