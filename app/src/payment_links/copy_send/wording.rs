//! By which channels, and in which words.

use leptos::prelude::*;

use crate::{
    channel::Channel,
    error::Error,
    id::TemplateId,
    templates::{MessageTemplate, Wording, calls::list_templates},
    ui::Scope,
};

/// One channel's part of the wording.
#[derive(Clone, Copy)]
pub struct ChannelWording {
    /// Whether the channel is used.
    pub on: RwSignal<bool>,
    /// The templates to choose from.
    pub templates: RwSignal<Vec<MessageTemplate>>,
    /// The key of the chosen one; empty before they are there.
    pub chosen: RwSignal<String>,
}

impl ChannelWording {
    fn new() -> Self {
        Self { on: RwSignal::new(true), templates: RwSignal::new(Vec::new()), chosen: RwSignal::new(String::new()) }
    }

    /// The chosen template; the default while none was chosen.
    pub fn template(self) -> Option<MessageTemplate> {
        let key = self.chosen.get();
        self.templates.with(|all| all.iter().find(|template| template.key() == key).or_else(|| all.first()).cloned())
    }
}

/// What both channels say.
#[derive(Clone, Copy)]
pub struct Wordings {
    scope: Scope,
    email: ChannelWording,
    sms: ChannelWording,
    /// The email's subject as it was typed, or the template's.
    pub subject: RwSignal<String>,
    /// The preview is shown.
    pub is_previewed: RwSignal<bool>,
    /// Why the templates could not be read.
    pub error: RwSignal<Option<Error>>,
}

impl Wordings {
    /// Both channels, and no templates yet.
    pub fn new() -> Self {
        Self {
            scope: Scope::here(),
            email: ChannelWording::new(),
            sms: ChannelWording::new(),
            subject: RwSignal::new(String::new()),
            is_previewed: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    /// The wording of one channel.
    pub const fn of(self, channel: Channel) -> ChannelWording {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
        }
    }

    /// The channels that are ticked.
    pub fn channels(self) -> Vec<Channel> {
        Channel::ALL.into_iter().filter(|channel| self.of(*channel).on.get()).collect()
    }

    /// Reads the templates to choose from.
    pub fn load(self) {
        self.error.set(None);
        self.scope.spawn(async move {
            for channel in Channel::ALL {
                match list_templates(channel).await {
                    Ok(templates) => self.take_templates(channel, templates),
                    Err(error) => self.error.set(Some(error)),
                }
            }
        });
    }

    fn take_templates(self, channel: Channel, templates: Vec<MessageTemplate>) {
        let wording = self.of(channel);
        let is_first = wording.templates.with_untracked(Vec::is_empty);
        wording.templates.set(templates);
        if is_first {
            self.choose_template(channel, "");
        }
    }

    /// Takes a template; an email's subject comes with it.
    pub fn choose_template(self, channel: Channel, key: &str) {
        let wording = self.of(channel);
        wording.chosen.set(key.to_owned());
        if let (Channel::Email, Some(template)) = (channel, untrack(|| wording.template())) {
            self.subject.set(template.wording.subject);
        }
    }

    /// The id of the chosen template; none for the built-in one.
    pub fn template_id(self, channel: Channel) -> Option<TemplateId> {
        self.of(channel).template().and_then(|template| template.id)
    }

    /// What one channel says, with the subject as it stands in the field; an empty one is the template's.
    pub fn says(self, channel: Channel) -> Option<Wording> {
        let wording = self.of(channel).template()?.wording;
        let typed = if channel == Channel::Email { self.subject.get() } else { String::new() };
        let subject = if typed.trim().is_empty() { wording.subject } else { typed };
        Some(Wording { subject, ..wording })
    }

    /// What one channel says, where it is used.
    pub fn sends(self, channel: Channel) -> Option<Wording> {
        self.says(channel).filter(|_| self.of(channel).on.get())
    }
}
