//! Refusals that tell about us and not about whom we wrote to: two people at different domains are refused with the same words.

use app::{
    channel::Channel,
    id::{BusinessId, CampaignId, ContactId, DeliveryId},
};

use crate::{
    db::{
        self, Tx, address_reports, contacts,
        control::{self, StoredRefusal},
    },
    facts::{CampaignEvent, Controlled, Fact},
    providers::{Fault, mail_verdict::gist},
};

/// An email that was refused for good.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// Whose.
    pub business: &'a BusinessId,
    /// Of which campaign.
    pub campaign: &'a CampaignId,
    /// Which.
    pub delivery: &'a DeliveryId,
    /// Where it was to go.
    pub address: &'a str,
    /// The server's code.
    pub code: Option<&'a str>,
    /// The server's words.
    pub said: Option<&'a str>,
    /// Ours.
    pub words: &'a str,
    /// It was said in a report, some time after our mail server had taken the message.
    pub is_report: bool,
}

/// Whose fault a refusal is, in the light of those before it. Where it is ours the campaign pauses, and the addresses that were marked
/// because of the same refusal are not any more.
pub async fn weigh(tx: &mut Tx, refused: Refused<'_>, fault: Fault, now: i64) -> db::Result<Fault> {
    let Refused { business, campaign, .. } = refused;
    let earlier = control::list_refusals(&mut **tx, business, campaign).await?;
    let same: Vec<_> = earlier.iter().filter(|earlier| is_same(refused, earlier)).collect();
    if !same.iter().any(|earlier| domain(&earlier.address) != domain(refused.address)) {
        return Ok(fault);
    }
    for earlier in &same {
        acquit(tx, business, earlier, now).await?;
    }
    let words = refused.words;
    let reason = format!(
        "People at different domains were refused with the same words, so the mail server seems to refuse us. {words}"
    );
    pause(tx, refused, &reason, now).await?;
    Ok(Fault::Account)
}

fn is_same(refused: Refused<'_>, earlier: &StoredRefusal) -> bool {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let gist_of = |code: Option<&str>, said: Option<&str>, address: &str| gist(&text(code), &text(said), address);
    earlier.delivery != *refused.delivery
        && gist_of(earlier.code.as_deref(), earlier.said.as_deref(), &earlier.address)
            == gist_of(refused.code, refused.said, refused.address)
}

fn domain(address: &str) -> String {
    address.rsplit('@').next().unwrap_or_default().to_lowercase()
}

/// Lifts the mark that this refusal had left on the address, and no other one.
async fn acquit(tx: &mut Tx, business: &BusinessId, refusal: &StoredRefusal, now: i64) -> db::Result<()> {
    let (channel, key) = (Channel::Email, refusal.address.to_lowercase());
    let marked = address_reports::find_undeliverable(tx, business, channel, &key).await?;
    if marked.as_deref() != Some(refusal.words.as_str()) {
        return Ok(());
    }
    let mut whose: Vec<ContactId> = contacts::confirm_deliverable(tx, business, channel, &key).await?;
    if whose.is_empty() {
        whose.push(refusal.contact.clone());
    }
    for contact in &whose {
        let address = refusal.address.as_str();
        let report = address_reports::AddressReport { contact, channel, address, works: true, words: "", user: None };
        address_reports::insert(tx, &db::new_id(now), business, report, now).await?;
    }
    Ok(())
}

/// Pauses the campaign by itself, with its reminders. What a report says comes late: where nothing waits any more, it stops nothing.
async fn pause(tx: &mut Tx, refused: Refused<'_>, reason: &str, now: i64) -> db::Result<()> {
    let Refused { business, campaign, .. } = refused;
    let is_paused = if refused.is_report {
        control::pause_waiting(&mut **tx, business, campaign, reason, now).await?
    } else {
        control::update_paused(&mut **tx, business, campaign, reason, now).await?
    };
    if is_paused {
        tracing::warn!(%campaign, "a campaign paused itself");
        let words = format!("Paused by itself: {reason}");
        let what = CampaignEvent::Paused;
        tx.note(business, &Fact::Control(Controlled { campaign, user: None, what, words: &words }), now)?;
    }
    Ok(())
}
