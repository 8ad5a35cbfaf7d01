//! The wording of messages: the business's own templates, the built-in ones, and the message that a wording makes.

mod report;
mod sample;
mod send_test;

use crate::{
    db,
    facts::{Changed, Fact, Subject},
    names,
    render::{self, DEFAULT_EMAIL, DEFAULT_SMS, Template},
    service::Service,
};
use app::{
    account::Access,
    backend::Templates,
    channel::Channel,
    error::{Error, FieldErrors, Result},
    id::TemplateId,
    merge_field::MergeField,
    sms::MAX_CHARACTERS,
    templates::{
        MessageTemplate, Preview, PreviewRequest, TemplateForm, TestAnswer, TestReceiver, TestRequest, Wording,
        WordingReport, WordingReportRequest,
    },
};
use async_trait::async_trait;
use serde_json::json;

const MAX_SUBJECT: usize = 200;
const MAX_EMAIL_BODY: usize = 20_000;

#[async_trait]
impl Templates for Service {
    async fn list_templates(&self, access: &Access, channel: Channel) -> Result<Vec<MessageTemplate>> {
        let mut connection = self.db.read().await?;
        let mut templates = vec![built_in(channel)];
        templates.extend(db::templates::list(&mut connection, access.business(), channel).await?);
        Ok(templates)
    }

    async fn find_template(&self, access: &Access, id: String) -> Result<MessageTemplate> {
        if let Some(channel) = Channel::ALL.into_iter().find(|channel| MessageTemplate::default_key(*channel) == id) {
            return Ok(built_in(channel));
        }
        let id = id.parse()?;
        let mut connection = self.db.read().await?;
        db::templates::find(&mut connection, access.business(), &id).await?.ok_or(Error::NotFound)
    }

    async fn save_template(&self, access: &Access, form: TemplateForm) -> Result<TemplateId> {
        let (business, now) = (access.business(), self.clock.now());
        let (name, wording) = check(&form)?;
        let mut tx = self.db.begin().await?;
        let id = match form.id {
            None => {
                let id = db::new_id(now);
                db::templates::insert(&mut tx, business, &id, form.channel, &name, &wording, now).await?;
                id
            }
            Some(id) => {
                let found = db::templates::find(&mut tx, business, &id).await?.ok_or(Error::NotFound)?;
                let is_saved = found.channel == form.channel
                    && db::templates::update(&mut tx, business, &id, form.version, &name, &wording, now).await?;
                if !is_saved {
                    return Err(Error::Conflict(
                        "Someone changed this template meanwhile. Your text is still here: copy it, reload the page, and save again.".to_owned(),
                    ));
                }
                id
            }
        };
        let left = json!({"channel": form.channel, "name": name, "wording": wording});
        let changed = Changed { user: Some(access.user()), what: Subject::Template, id: Some(id.as_str()), left };
        tx.note(business, &Fact::Change(changed), now)?;
        tx.commit().await?;
        Ok(id)
    }

    async fn delete_template(&self, access: &Access, id: TemplateId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !db::templates::delete(&mut tx, access.business(), &id).await? {
            return Err(Error::NotFound);
        }
        let left = json!("deleted");
        let changed = Changed { user: Some(access.user()), what: Subject::Template, id: Some(id.as_str()), left };
        tx.note(access.business(), &Fact::Change(changed), self.clock.now())?;
        Ok(tx.commit().await?)
    }

    async fn preview_message(&self, access: &Access, request: PreviewRequest) -> Result<Preview> {
        sample::preview(self, access, &request).await
    }

    async fn wording_report(&self, access: &Access, request: WordingReportRequest) -> Result<WordingReport> {
        report::report(self, access, request).await
    }

    async fn test_receiver(&self, access: &Access) -> Result<TestReceiver> {
        send_test::receiver(self, access).await
    }

    async fn send_test_message(&self, access: &Access, request: TestRequest) -> Result<TestAnswer> {
        send_test::send(self, access, request).await
    }
}

/// The template that is always there.
pub fn built_in(channel: Channel) -> MessageTemplate {
    let (name, wording) = match channel {
        Channel::Email => ("Default email", DEFAULT_EMAIL),
        Channel::Sms => ("Default SMS", DEFAULT_SMS),
    };
    let wording = Wording { subject: wording.subject.to_owned(), body: wording.body.to_owned() };
    MessageTemplate { id: None, channel, name: name.to_owned(), wording, version: 0, updated_at: 0 }
}

/// The name and wording to store, or every reason why not.
fn check(form: &TemplateForm) -> Result<(String, Wording)> {
    let mut errors = FieldErrors::default();
    let name = names::clean(&form.name);
    if name.is_empty() {
        errors.push("name", "Give the template a name, so that you find it again.");
    }
    let is_email = form.channel == Channel::Email;
    let subject = if is_email { render::one_line(&form.subject).into_owned() } else { String::new() };
    let wording = Wording { subject, body: render::plain_text(&form.body).trim_end().to_owned() };
    if is_email && wording.subject.is_empty() {
        errors.push("subject", "Write a subject: mail without one is often taken for spam.");
    }
    if wording.subject.chars().count() > MAX_SUBJECT {
        errors.push("subject", format!("Shorten the subject to {MAX_SUBJECT} characters."));
    }
    let limit = if is_email { MAX_EMAIL_BODY } else { MAX_CHARACTERS as usize };
    if wording.body.chars().count() > limit {
        errors.push("body", format!("Shorten the body to {limit} characters."));
    } else {
        check_syntax(form.channel, &wording, &mut errors);
        let has_link = Template::parse(&wording.body).map_or(true, |body| body.uses(MergeField::PaymentLinkUrl));
        if !has_link {
            errors.push("body", format!("Add {} to the body: without it nobody can pay.", MergeField::PaymentLinkUrl));
        }
    }
    errors.check()?;
    Ok((name, wording))
}

fn check_syntax(channel: Channel, wording: &Wording, errors: &mut FieldErrors) {
    if let (Channel::Email, Err(error)) = (channel, Template::parse(&wording.subject)) {
        errors.push("subject", format!("Subject, column {}: {}", error.column, error.reason));
    }
    if let Err(error) = Template::parse(&wording.body) {
        errors.push("body", error.to_string());
    }
}
