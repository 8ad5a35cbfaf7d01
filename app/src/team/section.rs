//! The section "Team" of the settings: who can log in, who is invited, and for an owner what can be done about it.

use super::{
    Invite, InviteLink, TeamList, TeamUser,
    calls::{ChangeRole, InviteMember, RemoveMember, SendInviteAgain, WithdrawInvite, list_team},
};
use crate::{
    account::Role,
    error::{Error, Result},
    form::{action, problem_with, problems, times_done},
    id::{InviteId, UserId},
    paths,
    ui::{
        Act, AskFirst, Asking, Button, Card, Cell, Column, ConfirmDialog, ConfirmPage, CopyField, ErrorSummary, Field,
        FormActions, InView, Loaded, Menu, MenuItem, Notice, PageHead, Question, RelativeTime, Row, Status, Table,
        Tone, WarnUnsaved,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// What is done only after a question, because it cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Remove(UserId),
    Withdraw(InviteId),
}

impl Step {
    /// What the page's address says of it.
    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Remove(id) => vec![("user", id.to_string())],
            Self::Withdraw(id) => vec![("invite", id.to_string())],
        }
    }

    /// Reads it from the page's address.
    fn read(query: &ParamsMap) -> Option<Self> {
        let user = query.get("user").and_then(|id| id.parse().ok()).map(Self::Remove);
        user.or_else(|| query.get("invite").and_then(|id| id.parse().ok()).map(Self::Withdraw))
    }

    fn act(&self) -> Act {
        match self {
            Self::Remove(id) => Act::of::<RemoveMember>([("id", id.to_string())]),
            Self::Withdraw(id) => Act::of::<WithdrawInvite>([("id", id.to_string())]),
        }
    }

    fn question(&self, email: &str) -> Question {
        let (title, text, confirm) = match self {
            Self::Remove(_) => (
                format!("Remove {email}?"),
                "They are logged out at once and cannot log in any more. What they did stays. To let them in again, invite them.",
                "Remove",
            ),
            Self::Withdraw(_) => (
                format!("Withdraw the invitation of {email}?"),
                "Its link stops working. You can invite them again.",
                "Withdraw",
            ),
        };
        Question { title, text: text.to_owned(), confirm: confirm.to_owned() }
    }

    /// The question as things stand, or none where this cannot be done any more.
    fn question_in(&self, team: &TeamList) -> Option<Question> {
        let email = match self {
            Self::Remove(id) => team.users.iter().find(|user| user.id == *id).map(|user| &user.email),
            Self::Withdraw(id) => team.invites.iter().find(|invite| invite.id == *id).map(|invite| &invite.email),
        };
        email.map(|email| self.question(email))
    }
}

/// A menu item that asks before it takes a step.
#[component]
fn AskStep(step: Step, email: String, actions: Actions, children: Children) -> impl IntoView {
    view! {
        <AskFirst
            asking=actions.asking
            question=step.question(&email)
            page=paths::confirm(paths::SETTINGS)
            fields=step.fields()
            about=step
        >
            <MenuItem kind="submit" danger=true>{children()}</MenuItem>
        </AskFirst>
    }
}

/// `/settings/confirm`
#[component]
pub fn ConfirmTeamPage() -> impl IntoView {
    let query = use_query_map();
    let team = Resource::new_blocking(|| (), |()| list_team());
    let parent = (paths::SETTINGS, "Settings");
    view! {
        <Loaded from=team page=("Team", parent) let:team>
            {query
                .with_untracked(Step::read)
                .and_then(|step| Some((step.question_in(&team)?, step.act())))
                .map_or_else(
                    || view! {
                        <PageHead title="This is not possible any more" parent=parent/>
                        <p>"The team has changed since you opened its page. Nothing was done."</p>
                    }
                    .into_any(),
                    |(question, act)| {
                        view! { <ConfirmPage question parent=(parent.0.to_owned(), parent.1) act/> }.into_any()
                    },
                )}
        </Loaded>
    }
}

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
    /// What is asked before it is done.
    asking: Asking<Step>,
}

impl Actions {
    fn new() -> Self {
        let actions = Self {
            invite: action(),
            again: action(),
            withdraw: action(),
            remove: action(),
            change: action(),
            link: RwSignal::new(None),
            error: RwSignal::new(None),
            answers: RwSignal::new(0),
            asking: Asking::default(),
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
        let show = move |answer: Result<S::Output>| {
            let (made, error) = answer.map_or_else(|error| (None, Some(error)), |answer| (link(answer), None));
            self.link.set(made);
            self.error.set(error);
        };
        // Without scripts the page itself is the answer.
        if let Some(answer) = action.value().get_untracked() {
            show(answer);
        }
        Effect::new(move |_| {
            if let Some(answer) = action.value().get() {
                show(answer);
                self.answers.update(|answers| *answers += 1);
            }
        });
    }
}

/// The section; the page's `Transition` waits for it.
#[component]
pub fn TeamSection() -> impl IntoView {
    let actions = Actions::new();
    let team = Resource::new_blocking(move || actions.answers.get(), |_| list_team());
    let on_confirm = move |step| match step {
        Step::Remove(id) => drop(actions.remove.dispatch(RemoveMember { id })),
        Step::Withdraw(id) => drop(actions.withdraw.dispatch(WithdrawInvite { id })),
    };
    view! {
        <Card title="Team" text="Everyone here works with contacts, links and campaigns. Only an owner changes settings and the team.">
            <ErrorSummary errors=problems(actions.error)/>
            {move || actions.link.get().map(|link| view! { <NewLink link=link/> })}
            <Loaded from=team let:team><Lists team actions/></Loaded>
            <ConfirmDialog id="team-question" asking=actions.asking on_confirm/>
        </Card>
    }
}

/// The link of an invitation, to be handed over by hand.
#[component]
fn NewLink(link: InviteLink) -> impl IntoView {
    let InviteLink { email, url, not_sent } = link;
    let (tone, said) = match not_sent {
        None => (Tone::Good, format!("An email with this link is on its way to {email}.")),
        Some(why) => {
            (Tone::Warn, format!("No email was sent to {email}: {why} Copy the link and give it to them yourself."))
        }
    };
    view! {
        <InView>
            <Notice tone=tone>
                <div class="stack">
                    <p>{said}</p>
                    <CopyField
                        id="invite-link"
                        label="Invitation link"
                        value=url
                        hint="It is shown only now. The first person who opens it within 7 days can join."
                    />
                </div>
            </Notice>
        </InView>
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
    let step = Step::Remove(user.id);
    view! {
        <Menu id=id label=label>
            <ActionForm action=actions.change>
                <input type="hidden" name="id" value=changed/>
                <input type="hidden" name="role" value=role.as_str()/>
                <MenuItem kind="submit">{change}</MenuItem>
            </ActionForm>
            <AskStep step email=user.email actions>"Remove"</AskStep>
        </Menu>
    }
}

#[component]
fn InviteRow(invite: Invite, may_change: bool, now: i64, actions: Actions) -> impl IntoView {
    let Invite { id, email, expires_at } = invite;
    let again = id.to_string();
    let (tone, status) = if expires_at > now { (Tone::Accent, "Pending") } else { (Tone::Neutral, "Expired") };
    let label = format!("Actions for {email}");
    let invited = email.clone();
    view! {
        <Row quiet=expires_at <= now>
            <Cell head=true>{email}</Cell>
            <Cell label="Status"><Status tone=tone label=status/></Cell>
            <Cell label="Works until"><RelativeTime at=expires_at now=now/></Cell>
            {may_change.then(|| view! {
                <Cell actions=true>
                    <Menu id=again.clone() label=label>
                        <ActionForm action=actions.again>
                            <input type="hidden" name="id" value=again/>
                            <MenuItem kind="submit">"Send again"</MenuItem>
                        </ActionForm>
                        <AskStep step=Step::Withdraw(id) email=invited actions>"Withdraw"</AskStep>
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
            <WarnUnsaved what="the invitation" saved=times_done(actions.invite)/>
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
