/** Values that standards print as examples and documentation everywhere repeats. */

/** Characters that identify a sample. */
const told = 16;

/** OAuth: RFC 5849, 6749, 6750, 7009, 7636, 7662, 8628. Keys: RFC 7515, 7517, 7520. Amazon's S3 developer guide, API of 2006-03-01. */
const samples: ReadonlySet<string> = new Set(
  (
    'czZCaGRSa3F0MzpnWDFmQmF0M2JW 7Fjfp0ZBr1KtDRbnfVdmIw 2YotnFZFEjr1zCsicMWpAA tGzv3JOkF0XG5Qx2TlKWIA SplxlOBeZQQYbYS6WxSbIA ' +
    'mF_9.B5f-4.1JqM 45ghiukldjahdnhzdauz dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk ' +
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS ' +
    'kd94hf93k423kf44 pfkkdhi9sl3r4s00 dpf43f3p2l4k3l03 nnch734d00sl2jdk hh5s93j4hdidpola hdhd0244k9j7ao03 9djdj82h48djs9d2 ' +
    'kkk9d7dh3k39sjv7 jjd999tj88uiths3 0685bd9184jfhq22 ad180jjd733klru7 lsdkfol23w54jlksdef qwe089234lkjsdf ' +
    'bYT5CMsGcbgUdFHObYMEfcx6bsw= r6/TJjbCOr97/+UU0NsvSne7s5g= wOJIO9A2W5mFwDgiDvZbTSMK/PY= ' +
    'MdpQcU8iPSUjWoN/UDMsK2sui9I= 74KNZJeDHnMBp0EMJ9ZHt/XKycU= djosJKDKJSD8743243/jdk33klY= tR3+Ty81lMeYAr/Fid0kMTYa/WM= ' +
    'AyM1SysPpbyDfgZl Eq5xpGnNCivDflJs jpsQnnGQmL-YBIff 870MB6gfuTJ4HtUn X4cTteJY_gn4FYPs GawgguFyGrWKav7A 0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo uV3F3YluFJax1ckn'
  )
    .split(' ')
    .map(sample => sample.slice(0, told)),
);

/** Whether a value is one of them. */
export function isPublishedSample(value: string): boolean {
  return samples.has(value.slice(0, told));
}
