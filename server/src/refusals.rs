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
    let earlier = control::list_refusals(&mut **tx, business, campaign, refused.code).await?;
    let same = alike(refused, &earlier, gist);
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

/// The earlier refusals of others that say the same; each is read once.
fn alike<'a>(
    refused: Refused<'_>,
    earlier: &'a [StoredRefusal],
    mut gist: impl FnMut(&str, &str, &str) -> String,
) -> Vec<&'a StoredRefusal> {
    let mut gist_of = |code: Option<&str>, said: Option<&str>, address: &str| {
        gist(code.unwrap_or_default(), said.unwrap_or_default(), address)
    };
    let ours = gist_of(refused.code, refused.said, refused.address);
    earlier
        .iter()
        .filter(|earlier| earlier.delivery != *refused.delivery)
        .filter(|earlier| gist_of(earlier.code.as_deref(), earlier.said.as_deref(), &earlier.address) == ours)
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_many_refusals_is_read_once() {
        let (business, campaign, delivery) = (db::new_id(1), db::new_id(1), db::new_id(1));
        let said = "550 5.7.1 relaying denied";
        let earlier: Vec<StoredRefusal> = (0..20_000)
            .map(|n| StoredRefusal {
                delivery: db::new_id(1),
                contact: db::new_id(1),
                address: format!("person@d{n}.example"),
                words: String::new(),
                code: Some("5.7.1".to_owned()),
                said: Some(if n % 2 == 0 {
                    said.to_owned()
                } else {
                    format!("word{} is not welcome", "x".repeat(n % 7))
                }),
            })
            .collect();
        let refused = Refused {
            business: &business,
            campaign: &campaign,
            delivery: &delivery,
            address: "ada@example.com",
            code: Some("5.7.1"),
            said: Some(said),
            words: "",
            is_report: false,
        };
        let mut read = 0;
        let same = alike(refused, &earlier, |code, said, address| {
            read += 1;
            gist(code, said, address)
        });
        assert_eq!((same.len(), read), (10_000, 20_001));
    }
}
