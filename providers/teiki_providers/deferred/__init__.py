"""Deferred payment: NP後払い, NP後払いwiz, NPリアルタイム後払い, NPコネクトプロ and スコア後払い.

Documented by public clients, manuals and vendors' help (deferred payment facts): paths, fields, logins, NP's results, hold and
NG reasons and most of its error codes, carriers, the batch of 1,000, the rule on sums, validity by age, MULT0015. Modelled,
since nobody publishes it:

- which of NP's methods applies: settlement type 03 is wiz; else the merchant's terminal tells the contract
  (``np-terminal``, ``np-terminal-realtime``, ``np-terminal-connect``);
- wiz's print data (``POST /v1/invoices/find``), コネクトプロ's ``billed_amount`` in a shipment report, a find by order
  number, a registration that names the dead one in whose place it comes;
- スコア's error codes but one, its print data's path, a new id with every edit;
- caps and arrears (`credit`), magic values (`instruments`), how a consumer is known (`persons`).

Not imitated: NP's browser module and its integrated API, the sums and addresses of a printed invoice beyond stand-ins,
a transaction returned to the merchant (E0100131), reminders, and スコア through VeriTrans.
"""
