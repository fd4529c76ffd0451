import { generalName, nameConstraints, subjectAltName, type Role } from '../pki/index.ts';
import { alike, stricter, type SuiteCase } from './suite-case.ts';

const SIGNER = 'managed-ssh-signer.us-east-1.amazonaws.com';

const permits = (...names: readonly string[]): Role => ({
  also: [nameConstraints({ permitted: names.map(generalName.dns) })],
});
const excludes = (...names: readonly string[]): Role => ({
  also: [nameConstraints({ excluded: names.map(generalName.dns) })],
});

/** One permitted or excluded DNS subtree of the intermediate, and a leaf within it or outside. */
const SUBTREES: readonly SuiteCase[] = [
  ...['amazonaws.com', SIGNER, 'AmazonAWS.com', '.amazonaws.com', ''].flatMap((base) => [
    alike('x509-limbo', 'accepted', `${base || 'the empty name'} permitted`, {
      intermediate: permits(base),
    }),
    alike('x509-limbo', 'path-constraint-violated', `${base || 'the empty name'} excluded`, {
      intermediate: excludes(base),
    }),
  ]),
  ...['example.com', 'azonaws.com', `a.${SIGNER}`].flatMap((base) => [
    alike('x509-limbo', 'path-constraint-violated', `${base} permitted`, {
      intermediate: permits(base),
    }),
    alike('x509-limbo', 'accepted', `${base} excluded`, { intermediate: excludes(base) }),
  ]),
];

const OTHERS: readonly SuiteCase[] = [
  alike(
    'PKITS',
    'path-constraint-violated',
    'permitted by the intermediate, excluded by the root',
    {
      root: excludes('us-east-1.amazonaws.com'),
      intermediate: permits('amazonaws.com'),
    },
  ),
  alike('PKITS', 'path-constraint-violated', 'permitted as a whole, excluded in part', {
    intermediate: {
      also: [
        nameConstraints({
          permitted: [generalName.dns('amazonaws.com')],
          excluded: [generalName.dns('us-east-1.amazonaws.com')],
        }),
      ],
    },
  }),
  alike('PKITS', 'path-constraint-violated', 'one alternative name of two outside', {
    intermediate: permits('amazonaws.com'),
    leaf: { names: subjectAltName([SIGNER, 'example.net']) },
  }),
  alike(
    'OpenSSL',
    'path-constraint-violated',
    'a common name, in a leaf without alternative names',
    {
      intermediate: permits('example.net'),
      leaf: { names: null },
    },
  ),
  alike('OpenSSL', 'accepted', 'a common name outside, in a leaf with alternative names inside', {
    intermediate: permits('amazonaws.com'),
    leaf: { subject: 'example.net' },
  }),
  // limbo's nc-forbids-alternate-chain-ica and OpenSSL's alt3-cert test this kind.
  alike('x509-limbo', 'accepted', "a CA's common name outside of what the root permits", {
    root: permits('amazonaws.com'),
    intermediate: { subject: 'ca.example.net' },
  }),
  alike('OpenSSL', 'accepted', "a CA's common name within what the root excludes", {
    root: excludes('example.net'),
    intermediate: { subject: 'ca.example.net' },
  }),
  alike('x509-limbo', 'path-constraint-violated', "a CA's alternative name outside", {
    root: permits('amazonaws.com'),
    intermediate: { names: subjectAltName(['ca.example.net']) },
  }),
  alike('x509-limbo', 'accepted', 'constraints of forms that the leaf has no name of', {
    intermediate: {
      also: [
        nameConstraints({
          permitted: [
            generalName.ip([10, 0, 0, 0, 255, 0, 0, 0]),
            generalName.email('example.net'),
          ],
        }),
      ],
    },
  }),
  stricter('x509-limbo', 'path-constraint-violated', 'an address within the permitted addresses', {
    intermediate: {
      also: [nameConstraints({ permitted: [generalName.ip([10, 0, 0, 0, 255, 0, 0, 0])] })],
    },
    leaf: { names: subjectAltName([SIGNER, generalName.ip([10, 0, 0, 1])]) },
  }),
];

/** Name constraints: those for DNS in both directions, and those that do not apply. */
export const NAME_CASES: readonly SuiteCase[] = [...SUBTREES, ...OTHERS];
