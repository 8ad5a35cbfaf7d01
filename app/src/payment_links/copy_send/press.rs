//! The press of "Send", and what came of it.

use leptos::prelude::*;

use super::{outlook::Outlook, plan::Plan, selection::Selection, wording::Wordings};
use crate::{
    campaigns::{
        NewCampaign,
        calls::{create_campaign, new_campaign_key},
    },
    channel::Channel,
    error::Error,
    id::{CampaignId, PaymentLinkId},
    ui::Scope,
};

/// What is pressed, and how it went. The same key again is the same campaign.
#[derive(Clone, Copy)]
pub struct Press {
    scope: Scope,
    payment_link: StoredValue<PaymentLinkId>,
    selection: Selection,
    wording: Wordings,
    plan: Plan,
    outlook: Outlook,
    key: RwSignal<Option<String>>,
    /// "Send" was pressed and not answered yet.
    pub is_pending: RwSignal<bool>,
    /// Why it was refused.
    pub refusal: RwSignal<Option<Error>>,
    /// What it made.
    pub campaign: RwSignal<Option<CampaignId>>,
}

impl Press {
    /// Not pressed yet.
    pub fn new(
        payment_link: PaymentLinkId,
        selection: Selection,
        wording: Wordings,
        plan: Plan,
        outlook: Outlook,
    ) -> Self {
        Self {
            scope: Scope::here(),
            payment_link: StoredValue::new(payment_link),
            selection,
            wording,
            plan,
            outlook,
            key: RwSignal::new(None),
            is_pending: RwSignal::new(false),
            refusal: RwSignal::new(None),
            campaign: RwSignal::new(None),
        }
    }

    /// The next press makes another campaign.
    pub fn clear(self) {
        self.campaign.set(None);
        self.key.set(None);
    }

    /// Sends.
    pub fn send(self) {
        if self.is_pending.get_untracked() {
            return;
        }
        self.is_pending.set(true);
        self.refusal.set(None);
        let campaign = untrack(|| self.campaign());
        self.scope.spawn(async move {
            let answer = self.create(campaign).await;
            self.is_pending.set(false);
            match answer {
                Ok(id) => self.campaign.set(Some(id)),
                Err(error) => self.refusal.set(Some(error)),
            }
        });
    }

    /// With the key of an earlier press that was not answered, so that nothing is sent twice.
    async fn create(self, campaign: NewCampaign) -> Result<CampaignId, Error> {
        let key = match self.key.get_untracked() {
            Some(key) => key,
            None => new_campaign_key().await?,
        };
        self.key.set(Some(key.clone()));
        create_campaign(NewCampaign { key, ..campaign }).await
    }

    fn campaign(self) -> NewCampaign {
        NewCampaign {
            key: String::new(),
            payment_link: self.payment_link.get_value(),
            contacts: self.selection.ids(),
            channels: self.wording.channels(),
            email_template: self.wording.template_id(Channel::Email),
            sms_template: self.wording.template_id(Channel::Sms),
            subject: self.wording.subject.get(),
            reminders: self.plan.reminders.get(),
            starts_at: self.plan.starts_at(),
            send_anyway: self.outlook.send_anyway.get(),
        }
    }
}
