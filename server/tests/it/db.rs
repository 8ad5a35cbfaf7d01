//! The store itself.

use crate::{app::TestApp, both_engines, store::TestStore};

both_engines! {
    async fn a_business_that_was_written_is_there_and_a_dropped_transaction_is_not(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        {
            let mut tx = app.service.db.begin().await.expect("a transaction");
            sqlx::query("delete from users").execute(&mut *tx).await.expect("a deletion");
        }
        let mut reader = app.service.db.read().await.expect("a connection");
        let users: i64 = sqlx::query_scalar("select count(*) from users").fetch_one(&mut *reader).await.expect("a count");
        assert_eq!(users, 1);
    }

    async fn the_server_says_that_it_is_up_and_ready(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        for path in ["/health", "/ready"] {
            let answer = app.client.get(app.at(path)).send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "{path}");
        }
    }
}

#[tokio::test]
async fn no_table_uses_an_extension_of_sqlite() {
    let app = TestApp::start(TestStore::sqlite(), &[]).await;
    let mut reader = app.service.db.read().await.unwrap();
    let tables = "select count(*) from sqlite_schema where sql like 'create virtual table%'";
    let count: i64 = sqlx::query_scalar(tables).fetch_one(&mut *reader).await.unwrap();
    assert_eq!(count, 0, "RUSTSEC-2026-0459 stays out of reach, see deny.toml");
}
