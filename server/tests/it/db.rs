//! The store itself.

use crate::{app::TestApp, both_engines};

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
