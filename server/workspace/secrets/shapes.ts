/**
 * Access token formats, by the prefixes that services use to make them detectable. From the services' documentation and
 * public scanners' lists.
 */

export interface Shape {
  /** Its name, for the user. */
  readonly what: string;
  /** Its prefix, case-sensitive. */
  readonly prefix: string;
  /** Matches what follows the prefix. */
  readonly body: RegExp;
  /** The prefix is so short that the body must look random too. */
  readonly isWeak: boolean;
}

const word = '[A-Za-z0-9]';
const wide = '[A-Za-z0-9_-]';
const hex = '[0-9a-f]';

/** One format per prefix. */
function shapes(what: string, prefixes: string, body: string, isWeak = false): Shape[] {
  return prefixes.split(' ').map(prefix => ({ what, prefix, body: new RegExp(body, 'y'), isWeak }));
}

function weak(what: string, prefixes: string, body: string): Shape[] {
  return shapes(what, prefixes, body, true);
}

export const tokenShapes: readonly Shape[] = [
  ...shapes('a GitHub token', 'ghp_ gho_ ghu_ ghs_ ghr_', `${word}{36,255}`),
  ...shapes('a GitHub token', 'github_pat_', '[A-Za-z0-9_]{60,}'),
  ...shapes(
    'a GitLab token',
    'glpat- gldt- glrt- glrtr- glptt- glcbt- glft- glsoat- glffct- glimt- glagent- gloas- glwt- GR1348941',
    `${wide}{20,}`,
  ),
  ...shapes('a GitLab cookie', '_gitlab_session=', `${hex}{32}`),
  ...weak('a Bitbucket token', 'ATBB', `${word}{28,}`),
  ...shapes('an Atlassian token', 'ATATT3 ATCTT3 ATSTT3', `[A-Za-z0-9_=-]{40,}`),
  ...shapes('an AWS key id', 'AKIA ASIA ABIA ACCA', '[A-Z2-7]{16}(?![A-Za-z0-9])'),
  ...shapes('an AWS session token', 'IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz', '[A-Za-z0-9+/=]{80,}'),
  ...shapes('an Amazon Bedrock key', 'ABSK', '[A-Za-z0-9+/]{100,}'),
  ...shapes('an Amazon MWS token', 'amzn.mws.', `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`),
  ...shapes('a Google API key', 'AIza', `${wide}{35}(?!${wide})`),
  ...shapes('a Google OAuth token', 'ya29.', '[A-Za-z0-9_.-]{30,}'),
  ...shapes('a Google client secret', 'GOCSPX-', `${wide}{24,}`),
  ...weak('a Google refresh token', '1//0', `${wide}{30,}`),
  ...weak('a Firebase server key', 'AAAA', `${wide}{7}:APA91b${wide}{100,}`),
  ...shapes('a Slack token', 'xoxb- xoxp- xoxa- xoxr- xoxs- xoxc- xoxd- xoxo-', '[A-Za-z0-9%/+=-]{20,}'),
  ...shapes('a Slack token', 'xoxe- xoxe.xoxp- xoxe.xoxb- xapp- xwfp-', '[A-Za-z0-9-]{20,}'),
  ...shapes('a Stripe key', 'sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_', `${word}{16,}`),
  ...shapes('a Stripe webhook secret', 'whsec_', `[A-Za-z0-9+/=]{24,}`),
  ...shapes('a PyPI token', 'pypi-AgE pypi-AgN', `${wide}{40,}`),
  ...shapes('an npm token', 'npm_', `${word}{36}`),
  ...shapes('a RubyGems key', 'rubygems_', `${hex}{48}`),
  ...weak('a crates.io token', 'cio', `${word}{32}(?!${word})`),
  ...weak('a NuGet key', 'oy2', '[a-z0-9]{43}(?![a-z0-9])'),
  ...shapes('a Clojars token', 'CLOJARS_', `[a-z0-9]{60}`),
  ...shapes('a Docker token', 'dckr_pat_ dckr_oat_', `${wide}{24,}`),
  ...shapes('an Anthropic key', 'sk-ant-', `(?:api|admin|oat|ort|sid)\\d\\d-${wide}{60,}`),
  ...shapes('an OpenAI key', 'sk-proj- sk-svcacct- sk-admin- sk-service- sk-None- sess-', `${wide}{32,}`),
  ...shapes('an OpenRouter key', 'sk-or-v1-', `${hex}{60,}`),
  ...shapes(
    'an OpenAI key',
    'sk-',
    `(?!ant-|or-|proj-|lf-)(?:${word}{48}|${word}{20}T3BlbkFJ${word}{20}|${hex}{32})(?!${word})`,
  ),
  ...shapes('a Langfuse key', 'sk-lf-', `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`),
  ...shapes('an xAI key', 'xai-', `${word}{60,}`),
  ...shapes('a Groq key', 'gsk_', `${word}{48,}`),
  ...shapes('a Replicate token', 'r8_', `${word}{36,}`),
  ...shapes('an NVIDIA key', 'nvapi-', `${wide}{60,}`),
  ...shapes('a Hugging Face token', 'hf_ api_org_', `[A-Za-z]{34}`),
  ...shapes('a Perplexity key', 'pplx-', `${word}{40,}`),
  ...shapes('a Pinecone key', 'pcsk_', `[A-Za-z0-9_]{50,}`),
  ...shapes('a LangSmith key', 'lsv2_pt_ lsv2_sk_', `${hex}{32}_${hex}{10}`),
  ...shapes('a Tavily key', 'tvly-', `${wide}{28,}`),
  ...shapes('a Cerebras key', 'csk-', `${word}{40,}`),
  ...weak('a Fireworks key', 'fw_', `${word}{22,24}(?!${word})`),
  ...shapes('a DigitalOcean token', 'dop_v1_ doo_v1_ dor_v1_', `${hex}{64}`),
  ...shapes('a Heroku key', 'HRKU-', `${wide}{30,}`),
  ...shapes('a Fly.io token', 'fo1_ fm1r_ fm1a_ fm2_ fm2a_', `[A-Za-z0-9+/=_-]{40,}`),
  ...shapes('a Tailscale key', 'tskey-', `[a-z]+-${word}{6,}-${word}{16,}`),
  ...shapes(
    'a Doppler token',
    'dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.',
    `(?:[a-z0-9_-]{2,35}\\.)?${word}{40,44}`,
  ),
  ...shapes('a Pulumi token', 'pul-', `${hex}{40}`),
  ...shapes('a PlanetScale credential', 'pscale_tkn_ pscale_pw_ pscale_oauth_', `[A-Za-z0-9_.=-]{32,}`),
  ...shapes('a Supabase key', 'sbp_ sb_secret_', `[A-Za-z0-9_-]{30,}`),
  ...shapes('a Neon key', 'napi_', `[a-z0-9]{40,}`),
  ...shapes('a New Relic key', 'NRAK- NRII- NRIQ- NRAL- NRRA- NRSP- NRJS- NRAA-', `[A-Za-z0-9_-]{16,}`),
  ...shapes('a Sentry token', 'sntrys_ sntryu_ sntrya_ sntryi_', `[A-Za-z0-9+/=_]{40,}`),
  ...shapes('a Mailgun key', 'key-', `${hex}{32}(?!${word})`),
  ...shapes('a SendGrid key', 'SG.', `${wide}{16,32}\\.${wide}{16,64}`),
  ...shapes('a Brevo key', 'xkeysib- xsmtpsib-', `${hex}{64}-${word}{16}`),
  ...weak('a Resend key', 're_', `[A-Za-z0-9]{6,12}_${word}{20,}`),
  ...shapes('a Twilio key', 'SK AC', `${hex}{32}(?!${word})`),
  ...shapes('a Square token', 'sq0atp- sq0csp- sq0idp-', `${wide}{22,}`),
  ...weak('a Square token', 'EAAA', `${wide}{56,}`),
  ...weak('a Facebook token', 'EAAC EAAB EAAG EAAJ', `${word}{60,}`),
  ...shapes('a PayPal token', 'access_token$production$ access_token$sandbox$', `[a-z0-9]{16}\\$${hex}{32}`),
  ...shapes('a Shopify token', 'shpat_ shpca_ shppa_ shpss_', '[a-fA-F0-9]{32}'),
  ...shapes('a Shopify token', 'shpat_ shpca_ shppa_ shpss_', `${word}{32}`),
  ...shapes(
    'a Plaid token',
    'access-production- access-sandbox- access-development-',
    `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`,
  ),
  ...shapes('a Postman key', 'PMAK-', `${hex}{24}-${hex}{34}`),
  ...shapes('a Linear key', 'lin_api_ lin_oauth_', `\\w{32,}`),
  ...shapes('a Notion token', 'ntn_', `\\d{11}${word}{35}`),
  ...weak('a Notion token', 'secret_', `${word}{43}(?!${word})`),
  ...weak('an Airtable token', 'pat', `${word}{14}\\.${hex}{64}`),
  ...shapes(
    'a HubSpot token',
    'pat-na1- pat-na2- pat-eu1- pat-ap1-',
    `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`,
  ),
  ...shapes('a Figma token', 'figd_ figo_ figoh_ figor_', `${wide}{36,}`),
  ...shapes('a Typeform token', 'tfp_', `[A-Za-z0-9_.=-]{40,}`),
  ...shapes('a Mapbox token', 'sk.eyJ', `${wide}{40,}\\.${wide}{16,}`),
  ...shapes('a Netlify token', 'nfp_ nfc_', `${word}{36,}`),
  ...shapes('a Vercel token', 'vcp_ vci_ vca_ vcr_ vck_', `${word}{20,}`),
  ...shapes('a Render key', 'rnd_', `${word}{28,}`),
  ...shapes('a Databricks token', 'dapi', `${hex}{32}(?:-\\d)?(?!${word})`),
  ...shapes('a Databricks secret', 'dose', `${hex}{32}(?!${word})`),
  ...shapes('a Dynatrace token', 'dt0c01. dt0s01. dt0s16. dt0e01.', `[A-Z0-9]{24}\\.[A-Z0-9]{64}`),
  ...shapes('a Grafana token', 'glsa_', `${word}{32}_[0-9A-Fa-f]{8}`),
  ...shapes('a Grafana token', 'glc_ eyJrIjoi', `[A-Za-z0-9+/=_-]{40,}`),
  ...shapes('a Vault token', 'hvs. hvb. hvr.', `${wide}{24,}`),
  ...weak('a Vault token', 's.', `${word}{24}(?![A-Za-z0-9.])`),
  ...shapes('a 1Password token', 'ops_eyJ', `[A-Za-z0-9+/=_-]{100,}`),
  ...shapes(
    'a 1Password secret key',
    'A3-',
    `[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}`,
  ),
  ...shapes('a Snyk token', 'snyk_uat. snyk_sat.', `[A-Za-z0-9_.-]{30,}`),
  ...shapes('a SonarQube token', 'squ_ sqp_ sqa_', `${hex}{40}`),
  ...shapes('a CircleCI token', 'CCIPAT_ CCIPRJ_', `${word}{22}_${hex}{40}`),
  ...shapes('a Buildkite token', 'bkua_ bkat_', `${word}{40}`),
  ...shapes('a JFrog token', 'AKCp', `${word}{60,}`),
  ...shapes('a JFrog token', 'cmVmdGtuOj', `${word}{50,}`),
  ...shapes('a Contentful token', 'CFPAT-', `${wide}{40,}`),
  ...shapes('a Cloudflare key', 'v1.0-', `${hex}{24}-${hex}{100,}`),
  ...weak('a Dropbox token', 'sl.', `[A-Za-z0-9_-]{100,}`),
  ...shapes('a Prefect key', 'pnu_ pnb_', `${word}{36}`),
  ...shapes('a Readme key', 'rdme_', `[a-z0-9]{70}`),
  ...shapes('a Shippo token', 'shippo_live_ shippo_test_', `${hex}{40}`),
  ...shapes('a Duffel token', 'duffel_live_ duffel_test_', `${wide}{40,}`),
  ...shapes('an EasyPost key', 'EZAK EZTK', `${word}{54}`),
  ...weak('an Adafruit key', 'aio_', `${word}{28}(?!${word})`),
  ...weak('an Infracost key', 'ico-', `${word}{32}`),
  ...shapes('a Frame.io token', 'fio-u-', `${wide}{60,}`),
  ...shapes('a Flutterwave key', 'FLWSECK-', `${word}{30,}`),
  ...weak('a LaunchDarkly key', 'sdk- api- mob-', `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`),
  ...weak('a Scalingo token', 'tk-us-', `${wide}{48}`),
  ...shapes('a Sourcegraph token', 'sgp_', `(?:${hex}{16}_|local_)?${hex}{40}`),
  ...weak('an Alibaba key id', 'LTAI', `${word}{20}(?!${word})`),
  ...weak('a Tencent key id', 'AKID', `${word}{32}(?!${word})`),
  ...weak('a Yandex key', 'AQVN y0_ t1.9eu', `${wide}{34,}`),
  ...shapes('a Linode token', 'lnd_', `${word}{40,}`),
  ...shapes('a Hetzner token', 'hcloud_', `${word}{40,}`),
  ...shapes('a Cloudinary address', 'cloudinary://', `\\d{10,}:[A-Za-z0-9_-]{20,}@`),
  ...shapes('a private key of age', 'AGE-SECRET-KEY-1', '[A-Z0-9]{50,}'),
  ...shapes('a web token', 'eyJ', `${wide}{8,}\\.eyJ${wide}{8,}\\.${wide}{16,}`),
];

/** Formats without a prefix, searched in a span without white space. */
export const looseShapes: readonly {
  readonly what: string;
  readonly sign: string;
  readonly pattern: RegExp;
}[] = [
  { what: 'a Telegram bot token', sign: ':AA', pattern: /(?<!\w)\d{8,10}:(AA[A-Za-z0-9_-]{32,35})(?![\w-])/ },
  {
    what: 'a Terraform Cloud token',
    sign: '.atlasv1.',
    pattern: /[A-Za-z0-9]{14}\.atlasv1\.([A-Za-z0-9_=-]{50,})/,
  },
  {
    what: 'an Azure client secret',
    sign: 'Q~',
    pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~([\w~.-]{30,36})(?![\w~.-])/,
  },
  {
    what: 'an Azure DevOps token',
    sign: 'AZDO',
    pattern: /([A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4})(?![A-Za-z0-9])/,
  },
  { what: 'an Azure key', sign: 'Key=', pattern: /(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,86}={1,2})/ },
  { what: 'an Azure access signature', sign: 'sig=', pattern: /[?&;]sig=([A-Za-z0-9%+/]{40,}(?:=|%3[dD]))/ },
  {
    what: 'an Azure key',
    sign: 'JQQJ99',
    pattern: /([A-Za-z0-9]{50,56}JQQJ99[A-Za-z0-9]{12,30})(?![A-Za-z0-9])/,
  },
  { what: 'a Mailchimp key', sign: '-us', pattern: /(?<![0-9a-f])([0-9a-f]{32})-us\d{1,2}(?!\w)/ },
  {
    what: 'a Discord token',
    sign: '.',
    pattern: /(?<![\w.-])([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,40})(?![\w.-])/,
  },
  {
    what: 'a Slack webhook',
    sign: 'hooks.slack.com',
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/]{20,})/i,
  },
  {
    what: 'a Discord webhook',
    sign: '/api/webhooks/',
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{10,}\/([A-Za-z0-9_-]{50,})/,
  },
  {
    what: 'a Teams webhook',
    sign: 'webhook.office.com',
    pattern: /webhook\.office\.com\/webhookb2\/([0-9a-f@/A-Za-z-]{60,})/,
  },
  {
    what: 'a Zapier webhook',
    sign: 'hooks.zapier.com',
    pattern: /hooks\.zapier\.com\/hooks\/catch\/(\d+\/[A-Za-z0-9]{6,})/,
  },
];
