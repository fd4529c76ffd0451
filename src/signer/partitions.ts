/** One partition of AWS: its service domain and its regions. */
export interface Partition {
  readonly name: string;
  /** What `services/domain` answers there. */
  readonly domain: string;
  /** What its region names look like; new regions open more often than this program is installed. */
  readonly regionPattern: RegExp;
  /** The regions known when this was written. */
  readonly regions: readonly string[];
}

/**
 * The partitions that are believed, and no other. This list is a security control: with a domain of
 * his own, a man in the middle of the metadata service needs only a certificate of any public CA.
 */
export const PARTITIONS: readonly Partition[] = [
  {
    name: 'aws',
    domain: 'amazonaws.com',
    regionPattern: /^(?!cn-)[a-z]{2}-[a-z]{4,16}-\d{1,2}$/,
    regions: [
      ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1'],
      ...['mx-central-1', 'sa-east-1', 'af-south-1', 'il-central-1', 'me-central-1', 'me-south-1'],
      ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
      ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'ap-east-1', 'ap-east-2', 'ap-south-1'],
      ...['ap-south-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1'],
      ...['ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5'],
      ...['ap-southeast-6', 'ap-southeast-7'],
    ],
  },
  {
    name: 'aws-us-gov',
    domain: 'amazonaws.com',
    regionPattern: /^us-gov-[a-z]{4,16}-\d{1,2}$/,
    regions: ['us-gov-east-1', 'us-gov-west-1'],
  },
  {
    name: 'aws-cn',
    domain: 'amazonaws.com.cn',
    regionPattern: /^cn-[a-z]{4,16}-\d{1,2}$/,
    regions: ['cn-north-1', 'cn-northwest-1'],
  },
  {
    name: 'aws-iso',
    domain: 'c2s.ic.gov',
    regionPattern: /^us-iso-[a-z]{4,16}-\d{1,2}$/,
    regions: ['us-iso-east-1', 'us-iso-west-1'],
  },
  {
    name: 'aws-iso-b',
    domain: 'sc2s.sgov.gov',
    regionPattern: /^us-isob-[a-z]{4,16}-\d{1,2}$/,
    regions: ['us-isob-east-1', 'us-isob-west-1'],
  },
  {
    name: 'aws-iso-e',
    domain: 'cloud.adc-e.uk',
    regionPattern: /^eu-isoe-[a-z]{4,16}-\d{1,2}$/,
    regions: ['eu-isoe-west-1'],
  },
  {
    name: 'aws-iso-f',
    domain: 'csp.hci.ic.gov',
    regionPattern: /^us-isof-[a-z]{4,16}-\d{1,2}$/,
    regions: ['us-isof-east-1', 'us-isof-south-1'],
  },
  {
    name: 'aws-eusc',
    domain: 'amazonaws.eu',
    regionPattern: /^eusc-[a-z]{2}-[a-z]{4,16}-\d{1,2}$/,
    regions: ['eusc-de-east-1'],
  },
];
