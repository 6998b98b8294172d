import { nameKey } from './name-key.ts';

/** Words that the most used passwords are made of: alone, twice, or with digits and signs around them. */
const words = new Set(
  `access account admin administrator amanda america andrea andrew angel angels anthony apple arsenal asdf ashley august austin
  awesome babygirl banana barcelona baseball basketball batman beautiful benjamin blessed blink bonjour brandon brooklyn bubbles
  buster butterfly california cameron carolina caroline catherine champion changeme changeit charles charlie charlotte cheese
  chelsea chicken chocolate chris christian christina christine christopher clinton computer contrasena cookie corvette cowboys
  creative crystal dallas daniel danielle default demo destiny diamond dolphin dragon eagles einstein elephant elizabeth
  eminem everton fabulous facebook ferrari flower football forever forget formula freedom friend friends gabriel garfield
  genesis gateway george giants gibson ginger goodluck google guest guitar hammer hannah happiness hardcore harley heather
  hello hockey hunter iceman iloveu iloveyou instagram internet jackson jasmine jennifer jessica jesus jonathan jordan joseph
  joshua juventus killer kimberly kingkong lakers lastfm letmein leicester lincoln linkedin liverpool lollipop london lovely
  loveme lovers loveyou madison maggie marina marlboro martin master matrix matthew maverick mercedes merlin michael michelle
  midnight minecraft monkey monster motorola mustang myspace naruto natalie nicholas nicole nintendo nothing office oliver
  orange pakistan passion passw passwd password passwort patricia patrick peanut pepper phoenix pokemon portugal precious
  princess purple qazwsx qwer qwert qwerty rainbow ranger rangers raiders rebecca richard robert rockstar root samantha samsung
  scooter scorpion sebastian secret security september server service shadow sharmaine silver simple slipknot snoopy soccer
  softball spiderman spongebob starwars stephanie steelers stupid summer sunflower sunshine superman superstar survivor swordfish
  taylor teacher temp tennis test tester testing thomas thunder tiffany tigger tinkerbell trinity trustme trustno twitter
  user vanessa veronica victoria victory vincent warrior webmaster welcome westside whatever william winner winter woaini
  wordpass xavier yamaha yankees yellow zxcv zxcvb zxcvbn zxcvbnm`.split(/\s+/),
);

/** Rows of keys and of the alphabet; whatever follows them, in either direction, is the work of one finger. */
const rows = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
];
const runs = [...rows, ...rows.map((row) => row.split('').toReversed().join(''))];
/** Passwords of no more different characters than this are tried first. */
const distinctMin = 4;
/** The least of a row that counts as following it. */
const runMin = 3;

const lookalikes: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/** Is it among the passwords that are tried first? Also one's own name is. */
export function isCommonPassword(password: string, userName: string): boolean {
  const text = nameKey(password);
  const name = strip(nameKey(userName));
  if (name !== '' && strip(text) === name) return true;
  return (
    new Set(text).size <= distinctMin ||
    isRepeated(text) ||
    isRuns(text) ||
    isWord(text) ||
    isWord(plain(text)) ||
    isWord(plain(strip(text)))
  );
}

/** `password`, `password1!`, `123password`, `passwordpassword`. */
function isWord(text: string): boolean {
  const bare = strip(text);
  const half = bare.slice(0, bare.length / 2);
  return words.has(bare) || (half + half === bare && words.has(half));
}

/** `p@ssw0rd` as it is meant. */
function plain(text: string): string {
  return text.replaceAll(/[@431!0$57]/g, (sign) => lookalikes[sign] ?? sign);
}

function strip(text: string): string {
  return text.replaceAll(/^[^\p{L}]+|(?<![^\p{L}])[^\p{L}]+$/gu, '');
}

/** `aaaaaaaa`, `12121212`, `abcabcabc`, `test1test1`: at most five characters, again and again. */
function isRepeated(text: string): boolean {
  return /^(.{1,5}?)\1+$/su.test(text) && text.length >= 8;
}

/** `12345678`, `qwerty123`, `1q2w3e4r`, `abcd1234`: nothing but runs, and at most two characters besides. */
function isRuns(text: string): boolean {
  let rest = 0;
  for (let at = 0; at < text.length;) {
    const length = runAt(text, at);
    rest += length === 0 ? 1 : 0;
    at += Math.max(1, length);
  }
  return rest <= 2;
}

/** How many characters from `at` follow one row; 0 when they are fewer than `runMin`. */
function runAt(text: string, at: number): number {
  let longest = 0;
  for (const run of runs) {
    for (let end = at + runMin; end <= text.length && run.includes(text.slice(at, end)); end++)
      longest = Math.max(longest, end - at);
  }
  return longest;
}
