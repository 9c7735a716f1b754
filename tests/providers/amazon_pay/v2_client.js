// Drives the official Node SDK as published: a call a line on stdin, its result a line on stdout.
'use strict';

const [, , home, settings] = process.argv;
const { WebStoreClient } = require(`${home}/node_modules/@amazonpay/amazon-pay-api-sdk-nodejs`);
const client = new WebStoreClient(JSON.parse(settings));
const lines = require('readline').createInterface({ input: process.stdin });

function tell(told) {
    process.stdout.write(JSON.stringify(told) + '\n');
}

lines.on('line', (line) => {
    const { method, args } = JSON.parse(line);
    client[method](...args).then(
        (answer) => tell({ status: answer.status, body: answer.data }),
        (error) => tell(error.response
            ? { status: error.response.status, body: error.response.data }
            : { status: 0, body: { reasonCode: String(error.code) } }),
    );
});
