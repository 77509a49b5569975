import assert from 'node:assert/strict';
import { verifyLedger } from '../../nodes/lib/io/sqlite/verify-ledger';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { Receipt } from '../../nodes/lib/payment/receipt';
import { measureText } from '../../nodes/lib/sms/text-parts';
import { RunningFlow } from './running-flow';
import { signedHeaders } from './signed-webhook';

const SECRET = 'a secret of the provider';
const FORMER = 'the secret before that';

const GUARD = {
  id: 'guard',
  type: 'balance-guard',
  site: 'site',
  cutAt: '0',
  warnBelow: '1',
  warnLeadMinutes: '0',
  freshMinutes: '120',
  maxCutsPerHour: '5',
  cutFrom: '00:00',
  cutTo: '24:00',
  workdaysOnly: false,
  wires: [['state'], ['intent'], ['notice']],
};

interface Answer {
  kind: string;
  state: string;
  balanceMicros: number;
  problem: string;
  payment: { reference: string; acknowledgedMs: number | null; creditedMs: number | null };
  receipt: Receipt & { sms: string; html: string; page: string };
}

describe('prepaid-topup', () => {
  let flow: RunningFlow;

  const start = async (topup: object = {}, guardId = 'guard'): Promise<void> => {
    await flow.start(
      [
        flow.site(),
        { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
        { id: 'ingest', type: 'meter-ingest', site: 'site', wires: [['tariff'], [], []] },
        { id: 'tariff', type: 'tariff-calc', site: 'site', tariffId: 'home', wires: [['guard'], []] },
        GUARD,
        {
          id: 'topup',
          type: 'prepaid-topup',
          site: 'site',
          provider: 'generic',
          channel: 'bank',
          smsGateway: 'mpesa',
          minimum: '5',
          maximum: '1000',
          secondPersonAbove: '50',
          ...topup,
          wires: [[guardId], ['answer'], ['problem']],
        },
        ...['registered', 'state', 'intent', 'notice', 'answer', 'problem', 'error'].map((id) => ({
          id,
          type: 'helper',
        })),
        { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
      ],
      { topup: { secret: SECRET, formerSecret: FORMER } },
    );
    for (const number of [1, 2]) {
      const house = { accountId: `A${number}`, name: `House ${number}`, meterId: `M${number}` };
      await flow.ask('register', { payload: house }, 'registered');
    }
  };

  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(() => flow.close());

  const balance = (accountId = 'A1'): number => flow.ledger.store.balanceOf(accountId) ?? NaN;
  const ask = async (payload: object, by = 'ann'): Promise<Answer> =>
    (await flow.ask('topup', { payload, by }, 'answer')).payload as Answer;
  const refuse = async (payload: object, by = 'ann'): Promise<string> => {
    const { error } = await flow.ask('topup', { payload, by }, 'error');
    return (error as { message: string }).message;
  };
  const cash = (amount: string, reference: string, accountId = 'A1'): object => ({
    payment: { accountId, amount, reference },
  });

  /** A webhook as it comes out of an http in node. */
  const hook = (
    body: string | object,
    {
      secret = SECRET,
      ageS = 0,
      sent = body,
    }: { secret?: string; ageS?: number; sent?: string | object } = {},
  ): PrepaidMessage => {
    const text = (value: string | object) => (typeof value === 'string' ? value : JSON.stringify(value));
    const headers = signedHeaders(secret, text(body), ageS);
    return { payload: Buffer.from(text(sent)), req: { method: 'POST', headers }, res: { the: 'response' } };
  };
  const paid = (reference: string, amount: string, accountId = 'A1'): object => ({
    reference,
    accountId,
    amount,
    currency: 'INR',
  });

  const sound = (): void => {
    const faults: string[] = [];
    const file = (flow.site() as unknown as { database: string }).database;
    verifyLedger(file, ({ check, fault }) => fault !== null && faults.push(`${check}: ${fault}`));
    assert.deepEqual(faults, []);
  };

  it('takes cash, has it credited and gives a receipt, the same one again and again', async () => {
    await start();
    const notice = flow.next('notice');
    const answer = await ask(cash('100.00', 'r1'));
    assert.equal(answer.state, 'credited');
    assert.equal(((await notice).payload as { kind: string }).kind, 'top-up');
    assert.equal(balance(), 100_000_000);
    const { receipt } = answer;
    assert.deepEqual(
      [receipt.number, receipt.by, receipt.channel, receipt.balanceMicros, receipt.siteName],
      [1, 'ann', 'counter', 100_000_000, 'Test site'],
    );
    assert.equal(measureText(receipt.sms).encoding, 'gsm7');
    assert.ok(measureText(receipt.sms).units <= 160);
    assert.match(receipt.page, /^<!doctype html>[^]*INR 100\.00/);
    const again = await ask(cash('100.00', 'r1'));
    assert.deepEqual(again.receipt, receipt);
    assert.equal(balance(), 100_000_000);
    assert.match(await refuse(cash('101.00', 'r1')), /used before for another payment/);
    const genuine = { checkReceipt: { number: 1, code: receipt.code.toUpperCase().replaceAll('-', ' ') } };
    assert.equal(((await ask(genuine)) as unknown as { isGenuine: boolean }).isGenuine, true);
    const wrong = receipt.code.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const forged = { checkReceipt: { number: 1, code: wrong } };
    assert.equal(((await ask(forged)) as unknown as { isGenuine: boolean }).isGenuine, false);
    sound();
  });

  it('brings the light back at once', async () => {
    await start();
    const read = (minutesAgo: number, energyWh: number): Promise<PrepaidMessage> =>
      flow.ask(
        'ingest',
        { payload: { meterId: 'M1', atMs: flow.ledger.nowMs() - minutesAgo * 60_000, energyWh } },
        'state',
      );
    await read(60, 0);
    await read(30, 10);
    const off = flow.next('intent');
    await read(0, 20);
    assert.equal(((await off).payload as { desired: string }).desired, 'off');
    const on = flow.next('intent');
    const { receipt } = await ask(cash('100.00', 'r1'));
    assert.equal(((await on).payload as { desired: string }).desired, 'on');
    // Eight a kWh: 0.16 were used before, and 100.00 buy 12.5 kWh.
    assert.equal(receipt.shortfallMicros, 160_000);
    assert.equal(receipt.estimatedWh, 12_500);
    assert.match(receipt.periodLabel, /^\d{4}-\d\d$/);
  });

  it('refuses at the counter what cannot be credited, and keeps nothing of it', async () => {
    await start({ firstMinimum: '50', multiple: '10' });
    assert.match(await refuse(cash('4', 'r1')), /at least INR 5\.00, got INR 4\.00/);
    assert.match(await refuse(cash('1001', 'r1')), /at most INR 1000\.00/);
    assert.match(await refuse(cash('40', 'r1')), /the first amount must be at least INR 50\.00/);
    assert.match(await refuse(cash('55', 'r1')), /multiple of INR 10\.00/);
    assert.match(await refuse(cash('50', 'r1', 'A9')), /accountId must be an account, got "A9"/);
    assert.match(await refuse(cash('50', 'r1'), ''), /payment\.by must be text/);
    assert.match(await refuse({}), /payload must have one of payment/);
    assert.deepEqual(flow.ledger.store.heldPayments(10), []);
    await ask(cash('50', 'r1'));
    await ask(cash('10', 'r2'));
    assert.equal(balance(), 60_000_000);
  });

  it('credits one webhook once, told a hundred times at the same time', async () => {
    await start();
    const message = hook(paid('w1', '25.00'));
    const statuses: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      flow.node('answer').on('input', (answer) => {
        statuses.push((answer as PrepaidMessage)['statusCode']);
        if (statuses.length === 100) resolve();
      });
    });
    for (let count = 0; count < 100; count += 1) flow.send('topup', { ...message });
    await all;
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal(balance(), 25_000_000);
    assert.equal(flow.ledger.store.payment('bank', 'w1')?.receiptNumber, 1);
    assert.equal(flow.ledger.store.paymentByNumber(2), undefined);
    sound();
  });

  it('answers a webhook through the response that came with it', async () => {
    await start();
    const answer = await flow.ask('topup', hook(paid('w1', '25.00')), 'answer');
    assert.deepEqual(answer['res'], { the: 'response' });
    assert.deepEqual(answer.payload, { received: true });
    const former = await flow.ask('topup', hook(paid('w2', '5'), { secret: FORMER }), 'answer');
    assert.equal(former['statusCode'], 200);
    assert.equal(balance(), 30_000_000);
    const kept = flow.ledger.store.payment('bank', 'w1');
    assert.ok(kept?.verifiedMs && kept.creditedMs && kept.acknowledgedMs);
  });

  const body = JSON.stringify({ reference: 'w1', accountId: 'A1', amount: '25.00' });
  const bad: { name: string; message: () => PrepaidMessage; status: number; says: RegExp }[] = [
    {
      name: 'a wrong secret',
      message: () => hook(body, { secret: 'guessed' }),
      status: 401,
      says: /wrong signature/,
    },
    {
      name: 'one changed byte',
      message: () => hook(body, { sent: body.replace('25.00', '26.00') }),
      status: 401,
      says: /wrong signature/,
    },
    { name: '302 s of age', message: () => hook(body, { ageS: 302 }), status: 401, says: /wrong time/ },
    { name: '302 s of future', message: () => hook(body, { ageS: -302 }), status: 401, says: /wrong time/ },
    {
      name: 'no signature',
      message: () => ({ ...hook(body), req: { method: 'POST', headers: {} } }),
      status: 401,
      says: /no signature/,
    },
    {
      name: 'a body that was parsed',
      message: () => ({ ...hook(body), payload: JSON.parse(body) as object }),
      status: 500,
      says: /must not parse the request body/,
    },
    {
      name: 'a GET',
      message: () => ({ ...hook(body), req: { method: 'GET', headers: {} } }),
      status: 405,
      says: /POST/,
    },
    {
      name: 'too many bytes',
      message: () => hook('x'.repeat(65_537)),
      status: 413,
      says: /65536 bytes/,
    },
    { name: 'no JSON', message: () => hook('x'.repeat(65_536)), status: 422, says: /must be JSON/ },
    {
      name: 'another currency',
      message: () => hook({ ...paid('w1', '25.00'), currency: 'USD' }),
      status: 422,
      says: /currency must be INR, got "USD"/,
    },
  ];
  for (const { name, message, status, says } of bad) {
    it(`credits nothing for ${name}`, async () => {
      await start();
      const problem = flow.next('problem');
      const answer = await flow.ask('topup', message(), 'answer');
      assert.equal(answer['statusCode'], status);
      assert.match((answer.payload as { error: string }).error, says);
      assert.match(((await problem).payload as { problem: string }).problem, says);
      assert.equal(balance(), 0);
      assert.equal(flow.ledger.store.payment('bank', 'w1'), undefined);
    });
  }

  it('tells staff of rubbish once a minute, however much of it comes', async () => {
    await start();
    const problems: unknown[] = [];
    flow.node('problem').on('input', ({ payload }) => problems.push(payload));
    for (let count = 0; count < 20; count += 1)
      await flow.ask('topup', hook(paid('w1', '5'), { secret: 'guessed' }), 'answer');
    assert.deepEqual(problems, [{ kind: 'webhook', problem: 'wrong signature', content: '', times: 1 }]);
  });

  it('holds money that came and cannot be credited, until a person says whose it is', async () => {
    await start();
    const problem = flow.next('problem');
    const answer = await flow.ask('topup', hook(paid('w1', '25.00', 'A7')), 'answer');
    assert.equal(answer['statusCode'], 200);
    const told = (await problem).payload as { kind: string; problem: string };
    assert.deepEqual([told.kind, told.problem], ['held', 'accountId must be an account, got "A7"']);
    const held = (await ask({ held: true })) as unknown as { payments: { reference: string }[] };
    assert.equal(held.payments.map(({ reference }) => reference).join(), 'w1');
    const assign = { assign: { channel: 'bank', reference: 'w1', accountId: 'A2' } };
    assert.match(await refuse(assign, ''), /msg\.by must be text/);
    assert.equal((await ask(assign)).state, 'credited');
    assert.equal(balance('A2'), 25_000_000);
    const again = await flow.ask('topup', hook(paid('w1', '25.00', 'A7')), 'answer');
    assert.equal(again['statusCode'], 200);
    const conflict = await flow.ask('topup', hook(paid('w1', '26.00', 'A7')), 'answer');
    assert.equal(conflict['statusCode'], 409);
    sound();
  });

  it('reads the texts of a gateway, and nobody else’s', async () => {
    await start();
    const text =
      'QK12ABC345 Confirmed. on 3/11/26 at 4:05 PM Ksh1,000.00 received from 254712345678 JANE DOE. Account Number A1 New balance is Ksh5,000.00';
    assert.equal((await ask({ from: 'MPESA', text })).state, 'credited');
    assert.equal(balance(), 1_000_000_000);
    const copy = await ask({ from: 'M-Pesa', text, incomingId: 'text-7' });
    assert.deepEqual([(copy as unknown as { took: string }).took, balance()], ['text-7', 1_000_000_000]);
    const forged = flow.next('problem');
    await ask({ from: '+254711111111', text: text.replace('345', '346') });
    assert.match(((await forged).payload as { problem: string }).problem, /somebody else/);
    const advert = flow.next('problem');
    await ask({ from: 'MPESA', text: 'Win a car! Dial *334#' });
    assert.match(((await advert).payload as { problem: string }).problem, /fits no pattern/);
    assert.equal(flow.ledger.store.payment('mpesa', 'QK12ABC346'), undefined);
  });

  it('takes a list of sales, each row by itself', async () => {
    await start();
    const csv = 'reference;account;amount;payer\ns1;A1;10;"Doe; Jane"\ns2;A9;10;\ns3;A2;7.50;\n';
    const answer = await ask({ csv, channel: 'agent-7' });
    const { credited, held, total } = answer as unknown as Record<string, number>;
    assert.deepEqual([total, credited, held], [3, 2, 1]);
    assert.equal(balance('A2'), 7_500_000);
    assert.equal(flow.ledger.store.payment('agent-7', 's1')?.payer, 'Doe; Jane');
    assert.match(await refuse({ csv: `${csv}s3;A1;1;\n` }), /row 5: reference is that of row 4 too/);
    const more = (await ask({ csv: csv.replace('7.50', '8'), channel: 'agent-7' })) as unknown as {
      credited: number;
      refused: { reference: string }[];
    };
    assert.deepEqual([more.credited, more.refused.map(({ reference }) => reference)], [1, ['s3']]);
    assert.equal(balance('A2'), 7_500_000);
  });

  it('uses a top-up for debt, fee and tax, and shows it on the receipt', async () => {
    await start({ fee: '2', taxPercent: '25' });
    await ask({ debt: { accountId: 'A1', code: 'arrears', amount: '300', percent: 10, weeklyCap: '15' } });
    const { receipt } = await ask(cash('100', 'r1'));
    assert.deepEqual(
      receipt.uses.map(({ component, amountMicros }) => [component, amountMicros / 1_000_000]),
      [
        ['debt:arrears', 10],
        ['fee', 2],
        ['tax:vat', 18],
        ['energy', 70],
      ],
    );
    assert.match(receipt.sms, /debt 10\.00 fee 2\.00 tax 18\.00 energy 70\.00/);
    assert.match(receipt.html, /Debt arrears<\/th><td>INR 10\.00/);
    assert.match(await refuse(cash('2.4', 'r2')), /at least/);
    sound();
  });

  it('gives money back, above a limit only when two agree', async () => {
    await start();
    await ask(cash('200', 'r1'));
    const asked = { reference: 'r1', reason: 'wrong account' };
    assert.equal((await ask({ reverse: { ...asked, id: 'b1', amount: '50' } })).state, 'done');
    assert.equal(balance(), 150_000_000);
    const waits = flow.next('problem');
    assert.equal((await ask({ refund: { ...asked, id: 'b2', amount: '60' } })).state, 'waiting');
    assert.match(((await waits).payload as { problem: string }).problem, /another person than ann/);
    assert.equal(balance(), 150_000_000);
    assert.match(await refuse({ approve: { id: 'b2' } }), /another person/);
    assert.equal((await ask({ approve: { id: 'b2' } }, 'ben')).state, 'done');
    assert.equal(balance(), 90_000_000);
    assert.match(await refuse({ reverse: { ...asked, id: 'b3', amount: '91' } }), /more than the 90000000/);
    assert.match(await refuse({ refund: { reference: 'r1', id: 'b4' } }), /refund\.reason must be text/);
    assert.match(await refuse({ refund: { ...asked, id: 'b5' } }, ''), /msg\.by/);
    sound();
  });

  it('keeps a payment that no guard answers for, and has it credited later', async () => {
    await start({}, 'nobody');
    const problem = flow.next('problem');
    flow.send('topup', hook(paid('w1', '25.00')));
    // The wait for an answer ends when the site's receipts do; nobody wants to wait for that here.
    const issued = flow.ledger.receipts;
    while (issued.size === 0) await new Promise((resolve) => setImmediate(resolve));
    const answer = flow.next('answer');
    issued.expire(Infinity);
    assert.equal((await answer)['statusCode'], 503);
    assert.equal(((await problem).payload as { kind: string }).kind, 'waiting');
    assert.equal(balance(), 0);
    const { receivedMs } = flow.ledger.store.payment('bank', 'w1')!;
    assert.deepEqual(
      flow.ledger.store.paymentsToCredit(receivedMs + 1, 10).map(({ reference }) => reference),
      ['w1'],
    );
  });

  it('says what is wrong with its settings', async () => {
    await start({ minimum: '10', maximum: '5' });
    assert.match(await refuse(cash('7', 'r1')), /maximum must not be below the minimum 10, got "5"/);
    assert.equal((await flow.ask('topup', hook(body), 'answer'))['statusCode'], 503);
  });
});
