-- The billing data base of the hotline, with customers to try it with. Money is in cents (分).
-- `python flows/seed.py` makes flows/billing.db of it.
CREATE TABLE policy (most_owed INTEGER NOT NULL);           -- 超过这个欠费额就不能暂开
CREATE TABLE customer (
  account       TEXT PRIMARY KEY CHECK (length(account) = 8),
  name          TEXT NOT NULL,
  address       TEXT NOT NULL,
  phone         TEXT NOT NULL,                              -- 登记电话：用它来电免核对
  vip           INTEGER NOT NULL DEFAULT 0,
  owed          INTEGER NOT NULL DEFAULT 0,
  suspended     INTEGER NOT NULL DEFAULT 0,
  suspended_for TEXT NOT NULL DEFAULT '',                   -- arrears 欠费, request 报停, fraud 违规
  open_until    TEXT                                        -- 暂开到哪一天
);
CREATE TABLE service (
  account  TEXT NOT NULL REFERENCES customer,
  position INTEGER NOT NULL,
  name     TEXT NOT NULL,
  name_en  TEXT NOT NULL,
  balance  INTEGER NOT NULL,                                -- 负数是欠费
  PRIMARY KEY (account, position)
);
CREATE TABLE unsuspension (                                 -- 暂开记录：一户一天至多一行
  account TEXT NOT NULL REFERENCES customer,
  day     TEXT NOT NULL,
  until   TEXT NOT NULL,
  fresh   INTEGER NOT NULL,
  PRIMARY KEY (account, day)
);
INSERT INTO policy VALUES (20000);
INSERT INTO customer (account, name, address, phone, vip, owed, suspended, suspended_for) VALUES
  ('80012345', '陈伟强', '蓬江区港口路58号301',        '13800000000', 0,  1250, 1, 'arrears'),
  ('80012346', '李美玲', '江海区江海一路12号2座604',   '13800000001', 0,     0, 0, ''),
  ('80012347', '黄志明', '新会区会城知政南路9号',      '13800000002', 0, 36800, 1, 'arrears'),
  ('80012348', '五邑大学网络中心', '蓬江区东成村22号', '13902880002', 1,     0, 0, ''),
  ('80012349', '梁淑贤', '蓬江区北新区胜利路118号',    '13800000003', 0,     0, 1, 'request'),
  ('80012350', '冯国荣', '江海区外海街道南华路3号',    '13800000004', 0,  5200, 1, 'arrears'),
  ('80012351', '吴婉仪', '新会区圭峰路46号1202',       '07506612345', 0,     0, 0, ''),
  ('80012352', '区锦棠', '蓬江区棠下镇迎宾大道西20号', '13800000006', 0,     0, 0, '');
INSERT INTO service VALUES
  ('80012345', 1, '数字电视', 'digital television', -1250),
  ('80012345', 2, '宽带',     'broadband',           8800),
  ('80012346', 1, '数字电视', 'digital television',  5050),
  ('80012346', 2, '宽带',     'broadband',          12000),
  ('80012346', 3, '有线电话', 'cable telephone',     2005),
  ('80012347', 1, '数字电视', 'digital television',-36800),
  ('80012348', 1, '宽带专线', 'leased broadband',  500000),
  ('80012348', 2, '数字电视', 'digital television', 31200),
  ('80012349', 1, '有线电视', 'cable television',    2600),
  ('80012350', 1, '数字电视', 'digital television', -5200),
  ('80012351', 1, '有线电话', 'cable telephone',     1010);
INSERT INTO unsuspension VALUES ('80012350', '2026-11-02', '2026-11-05', 0);
