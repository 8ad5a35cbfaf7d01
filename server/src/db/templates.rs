//! The table `message_templates`: a business's own wording.

use super::{Result, stored};
use app::{
    channel::Channel,
    id::{BusinessId, TemplateId},
    templates::{MessageTemplate, Wording},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

const TABLE: &str = "message_templates";

fn template(row: &AnyRow) -> Result<MessageTemplate> {
    Ok(MessageTemplate {
        id: Some(stored(row, TABLE, "id")?),
        channel: stored(row, TABLE, "channel")?,
        name: row.try_get("name")?,
        wording: Wording { subject: row.try_get("subject")?, body: row.try_get("body")? },
        version: row.try_get("version")?,
        updated_at: row.try_get("updated_at")?,
    })
}

/// The business's own templates for a channel, by name.
pub async fn list(
    connection: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
) -> Result<Vec<MessageTemplate>> {
    let rows = sqlx::query(
        "select id, channel, name, subject, body, version, updated_at from message_templates
         where business_id = $1 and channel = $2 order by lower(name), id",
    )
    .bind(business.as_str())
    .bind(channel.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(template).collect()
}

/// One of the business's templates.
pub async fn find(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &TemplateId,
) -> Result<Option<MessageTemplate>> {
    let row = sqlx::query(
        "select id, channel, name, subject, body, version, updated_at from message_templates
         where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(template).transpose()
}

/// Adds a template.
pub async fn insert(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &TemplateId,
    channel: Channel,
    name: &str,
    wording: &Wording,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into message_templates (id, business_id, channel, name, subject, body, version, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, 1, $7, $7)",
    )
    .bind(id.as_str())
    .bind(business.as_str())
    .bind(channel.as_str())
    .bind(name)
    .bind(wording.subject.as_str())
    .bind(wording.body.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes the template if it still is the version that was read; false when it is not.
pub async fn update(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &TemplateId,
    version: i64,
    name: &str,
    wording: &Wording,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update message_templates set name = $4, subject = $5, body = $6, version = version + 1, updated_at = $7
         where business_id = $1 and id = $2 and version = $3",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(version)
    .bind(name)
    .bind(wording.subject.as_str())
    .bind(wording.body.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the template away; false when it was not there. Campaigns keep their own copy of the wording.
pub async fn delete(connection: &mut AnyConnection, business: &BusinessId, id: &TemplateId) -> Result<bool> {
    let done = sqlx::query("delete from message_templates where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
