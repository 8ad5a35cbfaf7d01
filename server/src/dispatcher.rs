//! Sends what is queued: claim, render, send, record. The table is the queue, so a restart or a second server goes on where
//! this one stopped.

mod attempt;
mod gate;
pub mod series;
mod verdict;

use crate::{
    db::{
        self, control,
        deliveries::{self, Claim, Claimed},
        outbox::{self, Purpose},
    },
    delivery_reports::{self, Address},
    facts::{Attempted, CampaignEvent, Controlled, Fact, Handed, Stopped},
    providers::{Fault, Messenger, SendError, Why},
    refusals::{self, Refused},
    reminders,
    service::Service,
    tokens,
};
use app::{
    channel::Channel,
    id::{BusinessId, CampaignId},
};
use attempt::{Done, Outcome};
use gate::Gate;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    task::{Id, JoinError, JoinSet},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;
use verdict::{Answer, Settled};

/// How long a claim holds without being renewed; a crash delays its messages by no more.
const LEASE_MS: i64 = 45_000;
/// How often a living dispatcher renews.
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// How often the table is asked when nobody rings.
const ROUND: Duration = Duration::from_secs(1);
/// Deliveries of one channel that are in hand at the same time, so that a commit covers many of them.
const IN_HAND: usize = 32;
/// A channel whose provider refuses us rests this long.
const PAUSE_MS: i64 = 60_000;
/// After so many failures in a row that are the provider's, a campaign pauses itself.
const REFUSALS: i64 = 10;
/// What is under way when the server stops has this long to end.
const DRAIN: Duration = Duration::from_secs(25);

/// The one background loop.
pub struct Dispatcher {
    service: Service,
}

/// One channel and its provider.
struct Lane {
    messenger: Arc<dyn Messenger>,
    /// What every message passes last.
    gate: Arc<Gate>,
    /// How many attempts run at the same time; closed when the server stops.
    turns: Arc<Semaphore>,
    /// Set while the provider refuses us: what has not begun is given back.
    refused: Arc<AtomicBool>,
    paused_until: i64,
    /// After a pause one delivery goes first.
    probing: bool,
}

/// What this dispatcher has claimed and not yet recorded.
struct Hand {
    lanes: [Lane; 2],
    tasks: JoinSet<Done>,
    claimed: HashMap<Id, InHand>,
    renewed: Instant,
    /// When reminders were last looked for.
    reminded: Option<Instant>,
    /// The server is about to stop.
    stop: CancellationToken,
}

/// A delivery whose attempt has begun.
struct InHand {
    claimed: Claimed,
    /// Set by the attempt once the message may have left: what is known when it ends without a word.
    may_have_left: Arc<AtomicBool>,
}

impl Hand {
    fn count(&self, channel: Channel) -> usize {
        self.claimed.values().filter(|in_hand| in_hand.claimed.channel == channel).count()
    }

    fn lane(&mut self, channel: Channel) -> &mut Lane {
        match channel {
            Channel::Email => &mut self.lanes[0],
            Channel::Sms => &mut self.lanes[1],
        }
    }
}

impl Dispatcher {
    /// A dispatcher for this product's queue.
    pub fn new(service: Service) -> Self {
        Self { service }
    }

    /// Sends until told to stop; then ends what is under way and gives the rest back.
    pub async fn run(&self, stop: CancellationToken) {
        let mut hand = self.hand(stop.clone());
        let mut holds_leases = true;
        loop {
            // What is in hand and could not be renewed is due again, and would be claimed a second time.
            if holds_leases && let Err(error) = self.claim_all(&mut hand).await {
                tracing::error!(%error, "nothing could be claimed");
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = hand.tasks.join_next_with_id() => self.record_ended(&mut hand, ended).await,
                () = self.service.db.bells().wait_for_work() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
            holds_leases = self.renew(&mut hand).await;
        }
        self.drain(hand).await;
    }

    /// Sends everything that is due by the clock, then returns: what tests and the command line wait for.
    pub async fn run_until_idle(&self) -> db::Result<()> {
        let mut hand = self.hand(CancellationToken::new());
        loop {
            let has_settled = self.claim_all(&mut hand).await?;
            match hand.tasks.join_next_with_id().await {
                Some(ended) => self.record_ended(&mut hand, ended).await,
                // Nothing had to be begun for what was claimed: there may be more of it.
                None if has_settled => {}
                None => return Ok(()),
            }
        }
    }

    fn hand(&self, stop: CancellationToken) -> Hand {
        let lane = |channel| {
            let messenger = self.service.messengers.of(channel);
            Lane {
                turns: Arc::new(Semaphore::new(messenger.at_once())),
                gate: Arc::new(Gate::new(self.service.clone(), messenger.leaves_the_house())),
                messenger,
                refused: Arc::new(AtomicBool::new(false)),
                paused_until: 0,
                probing: false,
            }
        };
        Hand {
            lanes: Channel::ALL.map(lane),
            tasks: JoinSet::new(),
            claimed: HashMap::new(),
            renewed: Instant::now(),
            reminded: None,
            stop,
        }
    }

    /// Claims for every channel; whether any of it was settled at once.
    async fn claim_all(&self, hand: &mut Hand) -> db::Result<bool> {
        self.service.watch.look(&self.service.db, self.service.clock.now()).await?;
        if hand.reminded.is_none_or(|last| last.elapsed() >= ROUND) {
            hand.reminded = Some(Instant::now());
            reminders::make_due(&self.service, self.service.clock.now()).await?;
        }
        let mut has_settled = false;
        for channel in Channel::ALL {
            has_settled |= self.claim(hand, channel).await?;
        }
        Ok(has_settled)
    }

    /// Fills the hand for one channel and begins everything that was claimed; whether any of it was settled at once.
    async fn claim(&self, hand: &mut Hand, channel: Channel) -> db::Result<bool> {
        let now = self.service.clock.now();
        let in_hand = hand.count(channel);
        let lane = hand.lane(channel);
        if now < lane.paused_until || in_hand > IN_HAND / 2 || (lane.probing && in_hand > 0) {
            return Ok(false);
        }
        let limit = if lane.probing { 1 } else { IN_HAND - in_hand };
        let due = deliveries::next_due_at(&mut *self.service.db.read().await?, channel).await?;
        if due.is_none_or(|due| due > now) {
            return Ok(false);
        }
        lane.refused.store(false, Ordering::Relaxed);
        let worker = tokens::random_code(22);
        let claim = Claim { channel, worker: &worker, limit: i64::try_from(limit).unwrap_or(1), lease_ms: LEASE_MS };
        let mut tx = self.service.db.begin().await?;
        let claimed = deliveries::claim(&mut tx, self.service.db.engine(), claim, now).await?;
        let (mut begin, mut has_settled) = (Vec::new(), false);
        for mut claimed in claimed {
            if claimed.handed_at.is_some() {
                lose(&mut tx, &mut claimed, lane.messenger.name(), self.public_url(), now).await?;
            }
            if claimed.unknown_at.is_some() && delivery_reports::settle_opened(&mut tx, &claimed, now).await? {
                has_settled = true;
                continue;
            }
            // An unanswered text is asked about first, whatever stops it from being sent again.
            match verdict::stop(&claimed, lane.messenger.leaves_the_house(), now) {
                Some(stop) if !attempt::must_ask(&claimed) => {
                    let settled = verdict::settle(&claimed, lane.messenger.name(), Outcome::Stopped(stop), now);
                    write(&mut tx, &claimed, &settled, None, now).await?;
                    has_settled = true;
                }
                _ => begin.push(claimed),
            }
        }
        tx.moves();
        tx.commit().await?;
        for claimed in begin {
            let lane = hand.lane(channel);
            let may_have_left = Arc::new(AtomicBool::new(false));
            let work = attempt::Work {
                claimed: claimed.clone(),
                messenger: Arc::clone(&lane.messenger),
                turns: Arc::clone(&lane.turns),
                refused: Arc::clone(&lane.refused),
                gate: Arc::clone(&lane.gate),
                may_have_left: Arc::clone(&may_have_left),
                clock: Arc::clone(&self.service.clock),
                public_url: self.public_url().to_owned(),
            };
            // A task for each delivery: a panic is one delivery's failure.
            let task = hand.tasks.spawn(work.run());
            hand.claimed.insert(task.id(), InHand { claimed, may_have_left });
        }
        Ok(has_settled)
    }

    fn public_url(&self) -> &str {
        self.service.config.http.public_url.as_str()
    }

    /// Records this attempt and every other one that has ended meanwhile, in one transaction.
    async fn record_ended(&self, hand: &mut Hand, first: Result<(Id, Done), JoinError>) {
        let mut ended = vec![first];
        while let Some(next) = hand.tasks.try_join_next_with_id() {
            ended.push(next);
        }
        let now = self.service.clock.now();
        let mut results = Vec::new();
        for ended in ended {
            let (id, done) = match ended {
                Ok((id, done)) => (id, Some(done)),
                Err(error) => (error.id(), None),
            };
            let Some(InHand { claimed, may_have_left }) = hand.claimed.remove(&id) else { continue };
            let (outcome, handed) = match done {
                Some(done) => (done.outcome, done.handed),
                None if may_have_left.load(Ordering::Relaxed) => (Outcome::Refused(broken_off()), None),
                None => (Outcome::Panicked, None),
            };
            let lane = hand.lane(claimed.channel);
            // A channel that rests already was refused by the same fault.
            let is_counted = now >= lane.paused_until;
            match &outcome {
                Outcome::Sent { .. } => lane.probing = false,
                Outcome::Refused(SendError::Channel { why }) => {
                    tracing::warn!(channel = %claimed.channel, reason = %why, "the provider refuses us; the channel rests");
                    lane.paused_until = now + PAUSE_MS;
                    lane.probing = true;
                }
                _ => {}
            }
            let is_channel = matches!(outcome, Outcome::Refused(SendError::Channel { .. }));
            let mut settled = verdict::settle(&claimed, lane.messenger.name(), outcome, now);
            if is_channel && !is_counted {
                settled = settled.answered(Answer::Nothing);
            }
            results.push((claimed, settled, handed));
        }
        let (mut tries, mut is_written) = (0, false);
        while let Err(error) = self.record(&results, &mut is_written, now).await {
            tries += 1;
            tracing::error!(%error, tries, "results could not be recorded");
            // While the store takes nothing, nothing else can be done: what the providers said is kept until it does.
            let can_wait = error.outage().is_some() && !hand.stop.is_cancelled();
            if tries >= 10 && !can_wait {
                // The leases run out, and each delivery is tried again or asked about.
                return;
            }
            tokio::time::sleep(Duration::from_millis(100 << tries.min(5))).await;
        }
    }

    /// Writes results, once however often it is called, and then what the providers said before they were written.
    async fn record(
        &self,
        results: &[(Claimed, Settled, Option<Handed>)],
        is_written: &mut bool,
        now: i64,
    ) -> db::Result<()> {
        if !*is_written {
            let mut tx = self.service.db.begin().await?;
            for (claimed, settled, handed) in results {
                write(&mut tx, claimed, settled, handed.as_ref(), now).await?;
            }
            for ((campaign, business, channel), run) in runs(results) {
                run.write(&mut tx, business, campaign, channel, now).await?;
            }
            tx.moves();
            tx.commit().await?;
            *is_written = true;
        }
        let provider_ids: Vec<String> = results.iter().filter_map(|(_, settled, _)| settled.provider_id()).collect();
        delivery_reports::settle_early(&self.service.db, &provider_ids, now).await
    }

    /// Renews the leases of what is in hand, where it is time; false when that did not work.
    async fn renew(&self, hand: &mut Hand) -> bool {
        if hand.renewed.elapsed() < RENEW_EVERY {
            return true;
        }
        let mut workers: Vec<&str> = hand.claimed.values().map(|in_hand| in_hand.claimed.worker.as_str()).collect();
        workers.sort_unstable();
        workers.dedup();
        let renewed = async {
            let mut tx = self.service.db.begin().await?;
            for worker in workers {
                deliveries::renew(&mut *tx, worker, self.service.clock.now() + LEASE_MS).await?;
            }
            tx.commit().await
        };
        if let Err(error) = renewed.await {
            tracing::error!(%error, "leases could not be renewed");
            return false;
        }
        hand.renewed = Instant::now();
        true
    }

    async fn drain(&self, mut hand: Hand) {
        for lane in &hand.lanes {
            lane.turns.close();
        }
        let deadline = Instant::now() + DRAIN;
        while let Ok(Some(ended)) = timeout_at(deadline, hand.tasks.join_next_with_id()).await {
            self.record_ended(&mut hand, ended).await;
        }
        tracing::info!(unfinished = hand.claimed.len(), "the dispatcher has stopped");
    }
}

/// Puts down that a message was handed over and nobody knows what came of it: its worker died before it recorded the answer.
async fn lose(
    tx: &mut db::Tx,
    claimed: &mut Claimed,
    provider: &'static str,
    public_url: &str,
    now: i64,
) -> db::Result<()> {
    let attempt = deliveries::Attempt {
        attempt: claimed.attempt - 1,
        outcome: "unknown".to_owned(),
        provider: provider.to_owned(),
        words: verdict::LOST.to_owned(),
        code: None,
        said: None,
        created_at: now,
    };
    deliveries::record_lost(&mut **tx, claimed, verdict::LOST, now).await?;
    deliveries::insert_attempt(&mut **tx, &claimed.business, &claimed.id, &attempt).await?;
    if let Ok(message) = attempt::compose(claimed, public_url) {
        let attempted = Attempted {
            receiver: claimed.receiver(),
            attempt: attempt.attempt,
            outcome: &attempt.outcome,
            provider,
            provider_id: None,
            handed: &message.handed(),
            words: verdict::LOST,
            code: None,
        };
        tx.note(&claimed.business, &Fact::Attempt(attempted), now)?;
    }
    tracing::warn!(delivery = %claimed.id, attempt = attempt.attempt, "nobody knows whether it arrived");
    claimed.unknown_at = claimed.handed_at.take();
    claimed.asks = 0;
    claimed.words = Some(verdict::LOST.to_owned());
    Ok(())
}

/// Writes what an attempt came to, with its line in the timeline, its entry in the ledger and what follows from it.
async fn write(
    tx: &mut db::Tx,
    claimed: &Claimed,
    settled: &Settled,
    handed: Option<&Handed>,
    now: i64,
) -> db::Result<()> {
    match settled {
        Settled::GivenBack { due_at } => deliveries::release(&mut **tx, claimed, *due_at).await,
        Settled::Held(wait) => {
            deliveries::hold(&mut **tx, claimed, wait.until, &wait.words(), now).await?;
            let (business, id, held) = (&claimed.business, &claimed.id, wait.held());
            deliveries::insert_hold(&mut **tx, business, id, wait.until, &held, now).await?;
            tracing::info!(delivery = %claimed.id, "waits for the end of quiet hours");
            Ok(())
        }
        Settled::Recorded { record, attempt, kept, fault, .. } => {
            if !deliveries::record(&mut **tx, claimed, record, now).await? {
                tracing::warn!(delivery = %claimed.id, attempt = claimed.attempt, "a late answer was left out");
                // Its message may have left all the same, unless it was to stay here.
                return match handed {
                    Some(_) if kept.is_none() => note(tx, claimed, record, attempt, handed, now),
                    _ => Ok(()),
                };
            }
            deliveries::insert_attempt(&mut **tx, &claimed.business, &claimed.id, attempt).await?;
            note(tx, claimed, record, attempt, handed, now)?;
            if let Some(kept) = kept {
                outbox::insert(&mut **tx, &claimed.business, Purpose::Delivery(&claimed.id), kept).await?;
            }
            if let Some(fault) = fault {
                let fault = weigh(tx, claimed, attempt, *fault, now).await?;
                delivery_reports::learn(tx, Address::of(claimed), fault, &attempt.words, now).await?;
            }
            tracing::info!(delivery = %claimed.id, attempt = claimed.attempt, status = record.status.as_str(), "attempt");
            Ok(())
        }
    }
}

/// An email that was refused is looked at beside the others of its campaign.
async fn weigh(
    tx: &mut db::Tx,
    claimed: &Claimed,
    attempt: &deliveries::Attempt,
    fault: Fault,
    now: i64,
) -> db::Result<Fault> {
    if claimed.channel != Channel::Email {
        return Ok(fault);
    }
    let refused = Refused {
        business: &claimed.business,
        campaign: &claimed.campaign,
        delivery: &claimed.id,
        address: &claimed.address,
        code: attempt.code.as_deref(),
        said: attempt.said.as_deref(),
        words: &attempt.words,
        is_report: false,
    };
    // What could not be put together was refused by nobody.
    let is_answer = refused.code.is_some_and(|code| code.starts_with(|c: char| c.is_ascii_digit()));
    if is_answer { refusals::weigh(tx, refused, fault, now).await } else { Ok(fault) }
}

/// Puts an attempt on record: what was handed over, or what was stopped and why. A question to the provider is neither.
fn note(
    tx: &mut db::Tx,
    claimed: &Claimed,
    record: &deliveries::Record,
    tried: &deliveries::Attempt,
    handed: Option<&Handed>,
    now: i64,
) -> db::Result<()> {
    let receiver = claimed.receiver();
    let (outcome, words) = (tried.outcome.as_str(), tried.words.as_str());
    if let Some(handed) = handed {
        let attempted = Attempted {
            receiver,
            attempt: tried.attempt,
            outcome,
            provider: &tried.provider,
            provider_id: record.provider_id.as_deref(),
            handed,
            words,
            code: tried.code.as_deref(),
        };
        return tx.note(&claimed.business, &Fact::Attempt(attempted), now);
    }
    // What may have arrived and is not sent again ends here, too.
    let is_left_unknown = outcome != "asked" && record.due_at.is_none() && attempt::is_in_doubt(claimed);
    if record.status.is_final() || is_left_unknown {
        let stopped = Stopped { receiver, outcome, reasons: &record.reasons, words };
        return tx.note(&claimed.business, &Fact::Stopped(stopped), now);
    }
    Ok(())
}

/// What a round of answers adds to a campaign's failures in a row.
#[derive(Debug, Default, PartialEq, Eq)]
struct Run {
    /// A message was taken in between: the count begins anew.
    was_taken: bool,
    /// Failures of the provider since then.
    failures: i64,
    /// The last of them, in words.
    words: String,
}

/// The runs of each campaign by channel, always in the same order: two servers never wait for each other.
fn runs(results: &[(Claimed, Settled, Option<Handed>)]) -> BTreeMap<(&CampaignId, &BusinessId, Channel), Run> {
    let mut runs: BTreeMap<_, Run> = BTreeMap::new();
    for (claimed, settled, _) in results {
        let Settled::Recorded { answer, attempt, .. } = settled else { continue };
        match answer {
            Answer::Nothing => {}
            Answer::Taken => {
                let run = runs.entry((&claimed.campaign, &claimed.business, claimed.channel)).or_default();
                *run = Run { was_taken: true, ..Run::default() };
            }
            Answer::ProviderFailed => {
                let run = runs.entry((&claimed.campaign, &claimed.business, claimed.channel)).or_default();
                run.failures += 1;
                run.words.clone_from(&attempt.words);
            }
        }
    }
    runs
}

impl Run {
    /// Counts, and pauses the campaign when it is too much.
    async fn write(
        &self,
        tx: &mut db::Tx,
        business: &BusinessId,
        campaign: &CampaignId,
        channel: Channel,
        now: i64,
    ) -> db::Result<()> {
        control::count_refusals(&mut **tx, business, campaign, channel, self.was_taken, self.failures).await?;
        if self.failures == 0 {
            return Ok(());
        }
        let reason = format!("{REFUSALS} failures in a row. {}", self.words);
        if control::pause_refused(&mut **tx, business, campaign, REFUSALS, &reason, now).await? {
            tracing::warn!(%campaign, "a campaign paused itself");
            let words = format!("Paused by itself: {reason}");
            let what = CampaignEvent::Paused;
            tx.note(business, &Fact::Control(Controlled { campaign, user: None, what, words: &words }), now)?;
        }
        Ok(())
    }
}

/// The fault that a panic is after the message may have left.
fn broken_off() -> SendError {
    let words = "The program failed while the provider had the message, so it may have arrived.";
    SendError::Ambiguous { why: Why::new(words).code("internal"), after: None }
}

/// The fault that a panic is.
fn panicked() -> Why {
    Why::new("The message could not be put together.").code("internal")
}
