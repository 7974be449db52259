// Runs rounds of the scenario with playwright-core: a number of scenarios per line of input, milliseconds per line
// of output.
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const [modules, url, executablePath] = process.argv.slice(2);
const {chromium} = createRequire(modules + '/')('playwright-core');
const browser = await chromium.launch({executablePath, args: ['--no-sandbox']});

const scenario = async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url + '/');
  await page.getByLabel('Name', {exact: true}).fill('ann');
  await page.getByLabel('Password', {exact: true}).fill('ann-likes-tea');
  await page.getByRole('button', {name: 'Sign in', exact: true}).click();
  await page.getByText('Signed in as ann').waitFor();
  await page.getByRole('heading', {name: 'Your basket', exact: true}).waitFor();
  await context.close();
};

for await (const line of createInterface({input: process.stdin})) {
  const began = performance.now();
  for (let i = 0; i < Number(line); i++) await scenario();
  console.log(performance.now() - began);
}
await browser.close();
