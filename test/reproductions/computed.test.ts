import { checkQuickForms } from './quick.ts';

checkQuickForms(({ trains }) => !trains);
