// Who is asked for money in these stories. A person of one story alone is named there.

export interface Person {
  first: string;
  last: string;
  email: string;
  phone: string;
}

export const ZOE: Person = { first: 'Zoë', last: "O'Neil", email: 'zoe@example.net', phone: '+1 212 555 0142' };
export const MARTA: Person = { first: 'Marta', last: 'Núñez', email: 'marta@example.com', phone: '+1 415 555 2671' };
export const ADA: Person = { first: 'Ada', last: 'Okafor', email: 'ada@example.org', phone: '+1 415 555 2672' };

export const nameOf = ({ first, last }: Person) => `${first} ${last}`.trim();

/** The phone as an SMS provider knows it. */
export const numberOf = ({ phone }: Person) => phone.replaceAll(' ', '');

/** The people who log in. */
export const OWNER = { email: 'nora@studio-nord.example', password: 'a quiet harbour at dawn' };
export const MEMBER = { email: 'mina@studio-nord.example', password: 'another quiet harbour at dusk' };
