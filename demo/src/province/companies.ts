import { unifiedSocialCreditCode } from './unified-code.ts';

/** A bidder that does not exist. */
export interface Company {
  readonly name: string;
  readonly code: string;
  readonly locality: string;
}

/** 52 is no real claim: the demonstration only needs a division that the standard's numbering allows. */
function enterprise(name: string, locality: string, organization: string): Company {
  return { name, locality, code: unifiedSocialCreditCode('91520100', organization) };
}

export const companies = {
  builder: enterprise('示范省山海建设工程有限公司（演示）', '云山市', 'MA6DEM01'),
  designer: enterprise('示范省晨曦勘察设计院有限公司（演示）', '清河市', 'MA6DEM02'),
  supplier: enterprise('示范省启明信息技术有限公司（演示）', '云山市', 'MA6DEM03'),
  stranger: enterprise('邻省长风路桥有限公司（演示）', '临江市', 'MA6DEM04'),
} as const satisfies Record<string, Company>;
