//! The section "Team" of the settings: who can log in, who is invited, and for an owner what can be done about it.

use super::{
    ChangeRole, Invite, InviteLink, InviteMember, RemoveMember, SendInviteAgain, TeamList, TeamUser, WithdrawInvite,
    list_team,
};
use crate::{
    account::Role,
    error::Error,
    form::{problem_with, problems},
    ui::{
        Button, Card, Cell, Column, ConfirmDialog, CopyField, ErrorSummary, Field, FormActions, Loaded, Menu, MenuItem,
        Notice, RelativeTime, Row, Status, Table, Tone,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Everything that an owner can do here. It outlives each reading of the list.
#[derive(Clone, Copy)]
struct Actions {
    invite: ServerAction<InviteMember>,
    again: ServerAction<SendInviteAgain>,
    withdraw: ServerAction<WithdrawInvite>,
    remove: ServerAction<RemoveMember>,
    change: ServerAction<ChangeRole>,
    /// The link that was made last, until something else is done.
    link: RwSignal<Option<InviteLink>>,
    /// Why the last thing was not done.
    error: RwSignal<Option<Error>>,
    /// How many answers there were.
    answers: RwSignal<u32>,
    /// Whose removal is asked about.
    doomed: RwSignal<Option<TeamUser>>,
    asking: RwSignal<bool>,
}

impl Actions {
    fn new() -> Self {
        let actions = Self {
            invite: ServerAction::new(),
            again: ServerAction::new(),
            withdraw: ServerAction::new(),
            remove: ServerAction::new(),
            change: ServerAction::new(),
            link: RwSignal::new(None),
            error: RwSignal::new(None),
            answers: RwSignal::new(0),
            doomed: RwSignal::new(None),
            asking: RwSignal::new(false),
        };
        actions.listen(actions.invite, Some);
        actions.listen(actions.again, Some);
        actions.listen(actions.withdraw, |()| None);
        actions.listen(actions.remove, |()| None);
        actions.listen(actions.change, |()| None);
        actions
    }

    fn listen<S>(self, action: ServerAction<S>, link: fn(S::Output) -> Option<InviteLink>)
    where
        S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
        S::Output: Clone + Send + Sync + 'static,
    {
        // Without scripts the page itself is the answer.
        if let Some(Err(error)) = action.value().get_untracked() {
            self.error.set(Some(error));
        }
        Effect::new(move |_| {
            if let Some(answer) = action.value().get() {
                let (made, error) = answer.map_or_else(|error| (None, Some(error)), |answer| (link(answer), None));
                self.link.set(made);
                self.error.set(error);
                self.answers.update(|answers| *answers += 1);
            }
        });
    }
}

/// The section; the page's `Transition` waits for it.
#[component]
pub(in crate::account) fn TeamSection() -> impl IntoView {
    let actions = Actions::new();
    let team = Resource::new_blocking(move || actions.answers.get(), |_| list_team());
    let doomed = move |say: fn(&TeamUser) -> String| {
        Signal::derive(move || actions.doomed.with(|user| user.as_ref().map(say).unwrap_or_default()))
    };
    let on_confirm = move |()| {
        if let Some(user) = actions.doomed.get_untracked() {
            actions.remove.dispatch(RemoveMember { id: user.id });
        }
    };
    view! {
        <Card title="Team" text="Everyone here works with contacts, links and campaigns. Only an owner changes settings and the team.">
            <ErrorSummary errors=problems(actions.error)/>
            {move || actions.link.get().map(|link| view! { <NewLink link=link/> })}
            <Loaded from=team let:team><Lists team actions/></Loaded>
            <ConfirmDialog
                id="remove-member"
                title=doomed(|user| format!("Remove {}?", user.email))
                text="They are logged out at once and cannot log in any more. What they did stays."
                confirm="Remove"
                open=actions.asking
                on_confirm=on_confirm
            />
        </Card>
    }
}

/// The link of an invitation, to be handed over by hand.
#[component]
fn NewLink(link: InviteLink) -> impl IntoView {
    let InviteLink { email, url, not_sent } = link;
    let (tone, said) = match not_sent {
        None => (Tone::Good, format!("An email with this link is on its way to {email}.")),
        Some(why) => (Tone::Warn, format!("The email to {email} did not leave: {why} Hand the link over yourself.")),
    };
    view! {
        <Notice tone=tone>{said}</Notice>
        <CopyField
            id="invite-link"
            label="Invitation link"
            value=url
            hint="It is shown only now. Whoever opens it can join, once, within 7 days."
        />
    }
}

#[component]
fn Lists(team: TeamList, actions: Actions) -> impl IntoView {
    let TeamList { users, invites, you, role, now } = team;
    let is_owner = role == Role::Owner;
    let rows = users
        .into_iter()
        .map(|user| {
            let is_you = user.id == you;
            view! { <UserRow user=user is_you=is_you may_change=is_owner now=now actions=actions/> }
        })
        .collect_view();
    let has_invites = !invites.is_empty();
    let pending = invites
        .into_iter()
        .map(|invite| view! { <InviteRow invite=invite may_change=is_owner now=now actions=actions/> })
        .collect_view();
    view! {
        <Table caption="Users" columns=columns(&["Email", "Role", "Since"], is_owner)>{rows}</Table>
        {has_invites.then(|| view! {
            <h3>"Invitations"</h3>
            <Table caption="Invitations" columns=columns(&["Email", "Status", "Works until"], is_owner)>{pending}</Table>
        })}
        {is_owner.then(|| view! { <InviteForm actions=actions/> })}
    }
}

fn columns(names: &[&str], has_actions: bool) -> Vec<Column> {
    let names = names.iter().map(|name| Column::new(*name));
    names.chain(has_actions.then(|| Column::hidden("Actions"))).collect()
}

#[component]
fn UserRow(user: TeamUser, is_you: bool, may_change: bool, now: i64, actions: Actions) -> impl IntoView {
    let role = match user.role {
        Role::Owner => "Owner",
        Role::Member => "Member",
    };
    let (email, created_at) = (user.email.clone(), user.created_at);
    view! {
        <Row>
            <Cell head=true>
                {email}
                {is_you.then(|| view! { " " <span class="tag">"You"</span> })}
            </Cell>
            <Cell label="Role">{role}</Cell>
            <Cell label="Since"><RelativeTime at=created_at now=now/></Cell>
            {may_change.then(|| view! {
                <Cell actions=true>{(!is_you).then(|| view! { <UserMenu user=user actions=actions/> })}</Cell>
            })}
        </Row>
    }
}

/// Nobody removes or changes themselves, so that an owner is always left.
#[component]
fn UserMenu(user: TeamUser, actions: Actions) -> impl IntoView {
    let id = user.id.to_string();
    let changed = id.clone();
    let (role, change) = match user.role {
        Role::Owner => (Role::Member, "Make a member"),
        Role::Member => (Role::Owner, "Make an owner"),
    };
    let label = format!("Actions for {}", user.email);
    // With scripts the press is a question first; without them the form is sent.
    let ask = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        actions.doomed.set(Some(user.clone()));
        actions.asking.set(true);
    };
    view! {
        <Menu id=id.clone() label=label>
            <ActionForm action=actions.change>
                <input type="hidden" name="id" value=changed/>
                <input type="hidden" name="role" value=role.as_str()/>
                <MenuItem kind="submit">{change}</MenuItem>
            </ActionForm>
            <ActionForm action=actions.remove>
                <input type="hidden" name="id" value=id/>
                <MenuItem kind="submit" danger=true on:click=ask>"Remove"</MenuItem>
            </ActionForm>
        </Menu>
    }
}

#[component]
fn InviteRow(invite: Invite, may_change: bool, now: i64, actions: Actions) -> impl IntoView {
    let Invite { id, email, expires_at } = invite;
    let (again, withdrawn) = (id.to_string(), id.to_string());
    let (tone, status) = if expires_at > now { (Tone::Accent, "Pending") } else { (Tone::Neutral, "Expired") };
    let label = format!("Actions for {email}");
    view! {
        <Row quiet=expires_at <= now>
            <Cell head=true>{email}</Cell>
            <Cell label="Status"><Status tone=tone label=status/></Cell>
            <Cell label="Works until"><RelativeTime at=expires_at now=now/></Cell>
            {may_change.then(|| view! {
                <Cell actions=true>
                    <Menu id=id.to_string() label=label>
                        <ActionForm action=actions.again>
                            <input type="hidden" name="id" value=again/>
                            <MenuItem kind="submit">"Send again"</MenuItem>
                        </ActionForm>
                        <ActionForm action=actions.withdraw>
                            <input type="hidden" name="id" value=withdrawn/>
                            <MenuItem kind="submit" danger=true>"Withdraw"</MenuItem>
                        </ActionForm>
                    </Menu>
                </Cell>
            })}
        </Row>
    }
}

#[component]
fn InviteForm(actions: Actions) -> impl IntoView {
    let error = Signal::derive(move || actions.error.get());
    view! {
        <h3>"Invite a member"</h3>
        <ActionForm action=actions.invite attr:class="stack">
            <Field
                name="email"
                id="email"
                label="Email"
                kind="email"
                hint="They get a link to choose a password."
                error=problem_with(error, "email")
                maxlength=254
                required=true
            />
            <FormActions>
                <Button kind="submit" busy=actions.invite.pending()>"Invite"</Button>
            </FormActions>
        </ActionForm>
    }
}
