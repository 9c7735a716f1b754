// What a shop does with @motionpicture/gmo-service, which sends multipart bodies. Called with the sandbox's address;
// prints one JSON line: how many calls were made.
const assert = require('assert');
const gmo = require('@motionpicture/gmo-service');

const [endpoint] = process.argv.slice(2);
const credit = new gmo.service.Credit({ endpoint });
const card = new gmo.service.Card({ endpoint });
const shop = { shopId: 'tshop00000001', shopPass: 'shoppass01' };
const site = { siteId: 'tsite00000001', sitePass: 'sitepass01' };
const visa = { cardNo: '4111111111111111', expire: '4912' };
const { JobCd, Method } = gmo.utils.util;
let calls = 0;
let orders = 0;

async function ok(promise) {
    calls += 1;
    return promise;
}

async function no(promise, ...infos) {
    calls += 1;
    let told;
    try {
        told = await promise;
    } catch (error) {
        assert.deepStrictEqual((error.errors || []).map((one) => one.info), infos, String(error));
        // The library's own table knows every pair of codes by which it explains errors to people.
        error.errors.forEach((one) => assert.ok(one.content, one.info));
        return;
    }
    assert.fail(`not refused: ${JSON.stringify(told)}`);
}

async function control(path, body) {
    const answer = await fetch(`${endpoint}/__sandbox/${path}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body)
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
}

async function enter(jobCd = JobCd.Auth, more = {}) {
    orders += 1;
    const orderId = `node-${orders}`;
    const told = await ok(credit.entryTran({ ...shop, orderId, jobCd, amount: 1000, ...more }));
    return { orderId, ...told };
}

async function pay(jobCd = JobCd.Auth, means = visa) {
    const trade = await enter(jobCd);
    const told = await ok(credit.execTran({ ...trade, method: Method.Lump, ...means }));
    assert.strictEqual(told.acs, '0');
    assert.strictEqual(told.checkString.length, 32);
    return trade;
}

async function status(trade) {
    return (await ok(credit.searchTrade({ ...shop, orderId: trade.orderId }))).status;
}

async function success() {
    const trade = await pay();
    await ok(credit.alterTran({ ...shop, ...trade, jobCd: JobCd.Sales, amount: 1000 }));
    assert.strictEqual(await status(trade), 'SALES');
    await ok(credit.changeTran({ ...shop, ...trade, jobCd: JobCd.Capture, amount: 600 }));
    assert.strictEqual(await status(trade), 'CAPTURE');
    await control('clock/advance', { days: 40 });
    await ok(credit.alterTran({ ...shop, ...trade, jobCd: JobCd.Returnx }));
    assert.strictEqual(await status(trade), 'RETURNX');
}

async function members() {
    const member = { ...site, memberId: 'node-member' };
    await ok(card.saveMember({ ...member, memberName: 'John Smith' }));
    await no(card.saveMember({ ...member }), 'E01390010');
    assert.strictEqual((await ok(card.searchMember(member))).memberName, 'John Smith');
    await no(card.searchCard({ ...member, seqMode: '0' }), 'E01240002');
    await ok(card.saveCard({ ...member, token: 'tok_jcb:node' }));
    await ok(card.saveCard({ ...member, cardNo: '5555555555554444', expire: '4912' }));
    const listed = await ok(card.searchCard({ ...member, seqMode: '0' }));
    assert.deepStrictEqual(listed.map((one) => one.cardNo.slice(-3)), ['000', '444']);
    await pay(JobCd.Capture, { ...member, cardSeq: 1 });
    const detail = await ok(credit.searchCardDetail({ ...shop, ...member, cardSeq: 0, seqMode: '0' }));
    assert.strictEqual(detail.brand, 'JCB');
    await ok(card.deleteCard({ ...member, seqMode: '0', cardSeq: '0' }));
    await no(card.deleteCard({ ...member, seqMode: '0', cardSeq: '4' }), 'E01240002');
    await ok(card.deleteMember(member));
    await no(card.deleteMember(member), 'E01390002');
}

async function secure() {
    const { tdFlag, tds2Type } = { tdFlag: '2', tds2Type: '2' };
    const trade = await enter(JobCd.Auth, { tdFlag, tds2Type });
    const told = await ok(credit.execTran3ds({ ...trade, method: Method.Lump, ...visa, retUrl: 'https://shop.example/', callbackType: '3' }));
    assert.strictEqual(told.acs, '2');
    assert.ok(told.redirectUrl.includes('transId=') && told.redirectUrl.includes('&t='), told.redirectUrl);
    assert.strictEqual(await status(trade), 'AUTHENTICATED');
    await control(`card/buyer/${trade.accessId}/consent`, {});
    assert.strictEqual((await ok(credit.secureTran2(trade))).orderID, trade.orderId);
    assert.strictEqual(await status(trade), 'AUTH');
}

async function decline() {
    const trade = await enter();
    await no(credit.execTran({ ...trade, method: Method.Lump, cardNo: '4999000000000012', expire: '4912' }), '42G120000');
    await no(credit.execTran({ ...trade, method: Method.Lump, ...visa, expire: '2001' }), '42G830000');
    assert.strictEqual(await status(trade), 'UNPROCESSED');
    await ok(credit.execTran({ ...trade, method: Method.Lump, ...visa }));
}

async function duplicate() {
    const trade = await pay();
    await no(credit.entryTran({ ...shop, orderId: trade.orderId, jobCd: JobCd.Auth, amount: 1000 }), 'E01040010');
    await no(credit.execTran({ ...trade, method: Method.Lump, ...visa }), 'E01050004', 'M01004014');
}

async function wrongState() {
    const early = await enter();
    await no(credit.alterTran({ ...shop, ...early, jobCd: JobCd.Void }), 'E11010002');
    const done = await pay();
    await ok(credit.alterTran({ ...shop, ...done, jobCd: JobCd.Void }));
    await no(credit.alterTran({ ...shop, ...done, jobCd: JobCd.Void }), 'E11010001');
    await no(credit.entryTran({ ...shop, orderId: 'null', jobCd: 'null', amount: 'null' }), 'E01050002', 'E01060006');
}

async function expiry() {
    const trade = await pay();
    await control('clock/advance', { days: 61 });
    await no(credit.alterTran({ ...shop, ...trade, jobCd: JobCd.Sales, amount: 1000 }), 'E01420010');
    await control('clock/advance', { days: 121 });
    await no(credit.alterTran({ ...shop, ...trade, jobCd: JobCd.Return }), 'E11010010');
}

(async () => {
    for (const chapter of [success, members, secure, decline, duplicate, wrongState, expiry]) {
        await chapter();
    }
    console.log(JSON.stringify({ calls }));
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
