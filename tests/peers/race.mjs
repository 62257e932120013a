// SPDX-License-Identifier: GPL-3.0-or-later
// Takes part in the race for placements with the official JavaScript client of NATS: race.mjs URL BUCKET KEY EDITS SEED, KEY "-" where each
// tenant has a key of its own. A line for each edit that was taken, for each that somebody else was quicker than, and for what is seen at the end.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.QD_RACE_MODULES + '/');
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { connect } = await load('@nats-io/transport-node');
const { Kvm } = await load('@nats-io/kv');

const [url, bucket, key, edits, seed] = process.argv.slice(2);
const WRONG_LAST_SEQUENCE = 10071;
let state = Number(seed) * 7919 + 17;

function random (n) {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor(state / 65536) % n;
}

const connection = await connect({ servers: url });
const kv = await new Kvm(connection).open(bucket);
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const is_lost = (error) => error.code === WRONG_LAST_SEQUENCE || error.api_error?.err_code === WRONG_LAST_SEQUENCE || /wrong last sequence/.test(error.message);

async function edit_object () {
  const entry = await kv.get(key);
  const map = entry ? entry.json() : {};
  const tenant = `tenant-${random(6)}`, shard = random(5) === 0 ? null : `shard-${random(5)}`;

  if ((map[tenant] ?? null) === shard)
    return null;
  if (shard === null)
    delete map[tenant];
  else
    map[tenant] = shard;
  const text = JSON.stringify(map);
  const revision = entry ? await kv.update(key, text, entry.revision) : await kv.create(key, text);
  return { revision, changes: { [tenant]: shard } };
}

async function edit_key () {
  const tenant = `tenant-${random(6)}`;
  const entry = await kv.get(tenant);
  const there = entry && entry.operation === 'PUT' ? entry.string() : null;
  const shard = `shard-${random(5)}`;

  if (there === shard)
    return null;
  const revision = entry ? await kv.update(tenant, shard, entry.revision) : await kv.create(tenant, shard);
  return { revision, changes: { [tenant]: shard } };
}

say({ ready: true });
for (let left = Number(edits); left > 0;) {
  try {
    const done = await (key === '-' ? edit_key() : edit_object());

    if (done) {
      say(done);
      left--;
    }
  } catch (error) {
    if (!is_lost(error))
      throw error;
    say({ lost: true });
  }
}

// The others are done when nothing more comes in.
for await (const ignored of process.stdin)
  ;

const seen = {};
if (key !== '-')
  Object.assign(seen, (await kv.get(key))?.json() ?? {});
else
  for await (const name of await kv.keys()) {
    const entry = await kv.get(name);

    if (entry && entry.operation === 'PUT')
      seen[name] = entry.string();
  }
say({ seen });
await connection.close();
