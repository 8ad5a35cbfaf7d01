//! Whose message is the next one: businesses take turns, and so do the campaigns of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    both_engines,
    webhooks::business,
    world::{World, contact, phone, send_anyway},
};
use app::{
    channel::Channel,
    id::{CampaignId, ContactId},
};
use server::{
    clock::Clock as _,
    db::{
        Engine,
        deliveries::{self, Claim, Claimed},
        new_id,
    },
};
use sqlx::AssertSqlSafe;

impl World {
    async fn claim(&self, worker: &str, limit: i64) -> Vec<Claimed> {
        let service = &self.app.service;
        let claim = Claim { channel: Channel::Email, worker, limit, lease_ms: 45_000 };
        let mut tx = service.db.begin().await.unwrap();
        let claimed = deliveries::claim(&mut tx, service.db.engine(), claim, service.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        claimed
    }

    /// So many contacts, from this number on.
    async fn group(&self, from: usize, people: usize) -> Vec<ContactId> {
        let mut group = Vec::new();
        for n in from..from + people {
            group.push(self.valid(n).await);
        }
        group
    }

    /// Queues the same campaign so many times more.
    async fn repeat(&self, campaign: &CampaignId, times: usize) {
        let mut tx = self.app.service.db.begin().await.unwrap();
        for n in 0..times {
            let id: CampaignId = new_id(self.app.clock.now());
            sqlx::query(
                "insert into campaigns (id, business_id, payment_link_id, user_id, idempotency_key, request_hash, email_subject, \
                 email_body, sms_body, created_at) select $1, business_id, payment_link_id, user_id, $2, request_hash, email_subject, \
                 email_body, sms_body, created_at from campaigns where id = $3",
            )
            .bind(id.as_str())
            .bind(format!("again{n}"))
            .bind(campaign.as_str())
            .execute(&mut *tx)
            .await
            .unwrap();
            sqlx::query(
                "insert into deliveries (id, business_id, campaign_id, contact_id, personal_link_id, place, channel, address, recipient, \
                 status, reasons, attempts, failures, asks, due_at, created_at, updated_at) \
                 select 'dlv_' || substr($1, 5, 30) || substr('0123456789abcdef', cast(place / 16 + 1 as int), 1) \
                 || substr('0123456789abcdef', cast(place % 16 + 1 as int), 1), business_id, $1, contact_id, personal_link_id, place, \
                 channel, address, recipient, status, reasons, attempts, failures, asks, due_at, created_at, updated_at \
                 from deliveries where campaign_id = $2",
            )
            .bind(id.as_str())
            .bind(campaign.as_str())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }
}

fn by_campaign(claimed: &[Claimed]) -> BTreeMap<CampaignId, usize> {
    let mut count = BTreeMap::new();
    for one in claimed {
        *count.entry(one.campaign.clone()).or_default() += 1;
    }
    count
}

both_engines! {
    async fn the_single_message_of_one_business_does_not_wait_for_ten_thousand_of_another(store: TestStore) {
        let world = World::choose(store).send_anyway().start().await;
        let people = world.group(0, 50).await;
        let many = world.press_send(&people, &[Channel::Email]).await;
        world.repeat(&many, 199).await;
        world.app.clock.advance(1_000);
        let (second, link) = business(&world.app, "Second", "second@shop.example").await;
        let person = contact(&world.app, &second, "Ada", "ada@example.com", &phone(1)).await;
        let single = send_anyway(&world.app.service, &second, &link, &[person], &[Channel::Email]).await;
        let claimed = world.claim("w1", 32).await;
        assert_eq!(claimed.len(), 32);
        assert_eq!(claimed.iter().filter(|one| one.campaign == single).count(), 1);
        assert_eq!(by_campaign(&claimed).len(), 32, "as many campaigns of the other one as there is room for");

        // Nothing that is queued is read but what is claimed.
        let mut db = world.app.service.db.read().await.unwrap();
        let mut sql = world.app.service.db.engine().claim_deliveries().to_owned();
        for (parameter, value) in [("$1", "'w2'"), ("$2", "9999999999999"), ("$3", "45000"), ("$4", "'email'"), ("$5", "32")] {
            sql = sql.replace(parameter, value);
        }
        let (explain, whole) = match world.app.service.db.engine() {
            Engine::Sqlite => ("explain query plan", "SCAN d"),
            Engine::Postgres => ("explain", "Seq Scan on deliveries"),
        };
        if world.app.service.db.engine() == Engine::Postgres {
            // Ten thousand rows are few: it would rather read them all than jump.
            sqlx::query("set enable_seqscan = off").execute(&mut *db).await.unwrap();
        }
        let rows = sqlx::query(AssertSqlSafe(format!("{explain} {sql}"))).fetch_all(&mut *db).await.unwrap();
        let column = usize::from(world.app.service.db.engine() == Engine::Sqlite) * 3;
        let plan: Vec<String> = rows.iter().map(|row| sqlx::Row::get(row, column)).collect();
        let plan = plan.join("\n");
        assert!(plan.contains("deliveries_turn_ix") && !plan.contains(whole), "{plan}");
    }

    async fn businesses_share_evenly_and_so_do_the_campaigns_of_each(store: TestStore) {
        let world = World::choose(store).send_anyway().start().await;
        let people = world.group(0, 12).await;
        let first = world.press_send(&people, &[Channel::Email]).await;
        world.app.clock.advance(1_000);
        let later = world.press_send(&people, &[Channel::Email]).await;
        world.app.clock.advance(1_000);
        let claimed = by_campaign(&world.claim("w1", 6).await);
        assert_eq!((claimed[&first], claimed[&later]), (3, 3));

        let (second, link) = business(&world.app, "Second", "second@shop.example").await;
        let mut theirs = Vec::new();
        for n in 0..12 {
            theirs.push(contact(&world.app, &second, "Ada", &format!("ada{n}@example.com"), &phone(50 + n)).await);
        }
        let other = send_anyway(&world.app.service, &second, &link, &theirs, &[Channel::Email]).await;
        let claimed = by_campaign(&world.claim("w2", 8).await);
        assert_eq!((claimed[&first], claimed[&later], claimed[&other]), (2, 2, 4));

        // A small one that comes last is not the last one.
        let small = world.press_send(&people[..1], &[Channel::Email]).await;
        let claimed = by_campaign(&world.claim("w3", 6).await);
        assert_eq!((claimed[&small], claimed[&other]), (1, 3));
    }

    async fn everything_is_claimed_once_and_what_is_paused_or_not_due_never(store: TestStore) {
        let world = World::choose(store).send_anyway().start().await;
        let people = world.group(0, 20).await;
        let sent = world.press_send(&people, &[Channel::Email]).await;
        world.repeat(&sent, 4).await;
        let paused = world.press_send(&people[..3], &[Channel::Email]).await;
        let waits = world.press_send(&people[..3], &[Channel::Email]).await;
        let mut tx = world.app.service.db.begin().await.unwrap();
        for (sql, id) in [
            ("update campaigns set paused_at = 1 where id = $1", &paused),
            ("update deliveries set due_at = due_at + 1000 where campaign_id = $1", &waits),
        ] {
            sqlx::query(sql).bind(id.as_str()).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut seen = BTreeSet::new();
        for n in 0.. {
            let claimed = world.claim(&format!("w{n}"), 7).await;
            if claimed.is_empty() {
                break;
            }
            for one in claimed {
                assert!(one.campaign != paused && one.campaign != waits);
                assert!(seen.insert(one.id), "claimed twice");
            }
        }
        assert_eq!(seen.len(), 100);
    }
}
