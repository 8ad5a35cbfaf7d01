//! Files of contacts as other programs write them: nobody who asked to be left alone is written to, and nothing is lost in silence.

use crate::{app::TestApp, both_engines, store::TestStore};
use app::{
    account::Access,
    backend::Contacts as _,
    channel::Channel,
    contacts::{Contact, ContactQuery, Dnd},
    eligibility::Reason,
    error::Error,
    id::ImportId,
    imports::{Import, ImportField, ImportStatus, LeftOut},
    text_encoding::TextEncoding,
};
use server::{clock::Clock as _, contacts::import::TakeError, db::opt_outs};
use std::{
    path::Path,
    process::{Command, Output},
    time::Duration,
};

async fn upload(app: &TestApp, access: &Access, bytes: &[u8]) -> Result<Import, TakeError> {
    let folder = app.service.import_folder();
    tokio::fs::create_dir_all(&folder).await.unwrap();
    let path = folder.join(format!("{}.part", server::db::new_id::<ImportId>(app.clock.now())));
    tokio::fs::write(&path, bytes).await.unwrap();
    let id = app.service.take_import(access, &path, "people.csv").await?;
    Ok(at_rest(app, access, &id).await)
}

/// Waits until nothing moves any more.
async fn at_rest(app: &TestApp, access: &Access, id: &ImportId) -> Import {
    loop {
        let import = app.service.read_import(access, id.clone()).await.unwrap();
        if !import.status.is_moving() {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Uploads, checks and writes; what the check promised is what was done.
async fn import(app: &TestApp, access: &Access, text: &str) -> Import {
    let checked = upload(app, access, text.as_bytes()).await.unwrap();
    assert_eq!(checked.status, ImportStatus::Checked);
    app.service.start_import(access, checked.id.clone()).await.unwrap();
    let done = at_rest(app, access, &checked.id).await;
    assert_eq!((done.status, &done.done), (ImportStatus::Done, &done.found));
    done
}

async fn people(app: &TestApp, access: &Access) -> Vec<Contact> {
    app.service.list_contacts(access, ContactQuery::default()).await.unwrap().rows
}

/// Do-not-disturb by first name.
async fn silenced(app: &TestApp, access: &Access) -> Vec<(String, Dnd)> {
    people(app, access).await.into_iter().map(|contact| (contact.first_name, contact.dnd)).collect()
}

/// How many switches are on record of the contact with this email; none without one.
async fn consents_of(app: &TestApp, access: &Access, email: &str) -> Option<usize> {
    let contact = people(app, access).await.into_iter().find(|contact| contact.email.to_string() == email)?;
    Some(app.service.read_contact(access, contact.id).await.unwrap().consents.len())
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const NONE: Dnd = Dnd { all: false, email: false, sms: false };
const ALL: Dnd = Dnd { all: true, ..NONE };
const EMAIL: Dnd = Dnd { email: true, ..NONE };
const SMS: Dnd = Dnd { sms: true, ..NONE };

both_engines! {
    async fn opt_outs_of_other_programs_come_in_with_the_column_as_evidence(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "First Name,Email Address,Phone Number,Do Not Sms,No Bulk Emails (User Opt Out),Email Subscription Status,\
            Unsubscribed from all email,HasOptedOutOfEmail,BLACKLISTED,Accepts SMS Marketing\n\
            Ann,a@example.com,+14155550101,Yes,,,,,,\n\
            Bea,b@example.com,+14155550102,,Yes,,,,,\n\
            Cy,c@example.com,+14155550103,,,Unsubscribed,,,,yes\n\
            Di,d@example.com,+14155550104,,,,WAHR,,,\n\
            Ed,e@example.com,+14155550105,,,subscribed,,1,,\n\
            Flo,f@example.com,+14155550106,,,,,,1,\n\
            Gus,g@example.com,+14155550107,,,,,,,no\n\
            Hal,h@example.com,+14155550108,no,0,Subscribed,false,0,0,yes\n";
        let done = import(&app, &access, text).await;
        assert_eq!((done.done.new, done.done.unclear_consent), (8, 0));
        let expected = [
            ("Ann", SMS), ("Bea", EMAIL), ("Cy", EMAIL), ("Di", EMAIL), ("Ed", EMAIL), ("Flo", ALL), ("Gus", SMS), ("Hal", NONE),
        ];
        assert_eq!(silenced(&app, &access).await, expected.map(|(name, dnd)| (name.to_owned(), dnd)));
        let gus = people(&app, &access).await.remove(6);
        let details = app.service.read_contact(&access, gus.id).await.unwrap();
        assert_eq!(details.consents[0].how, "By an imported file, column \u{201c}Accepts SMS Marketing\u{201d}");
    }

    async fn what_is_neither_yes_nor_no_keeps_the_contact_silent_and_is_named(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "First name,Email,Phone,Do not email,DND\n\
            Ann,a@example.com,+14155550101,ask Bob,\n\
            Bea,b@example.com,+14155550102,,2024-03-05 10:12\n\
            Cy,c@example.com,+14155550103,,\u{2753}\n";
        let done = import(&app, &access, text).await.done;
        assert_eq!((done.new, done.unclear_consent), (3, 2));
        let expected = [("Ann", EMAIL), ("Bea", ALL), ("Cy", ALL)];
        assert_eq!(silenced(&app, &access).await, expected.map(|(name, dnd)| (name.to_owned(), dnd)));
        let named = done.problems.iter().map(|problem| (problem.line, problem.message.as_str())).collect::<Vec<_>>();
        assert_eq!(named[0], (2, "\u{201c}ask Bob\u{201d} in \u{201c}Do not email\u{201d} is neither yes nor no, so this contact gets no emails."));
        assert_eq!((named.len(), named[1].0), (2, 4));
    }

    async fn an_opt_out_in_a_row_that_repeats_a_contact_counts(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "First name,Email,Phone,Unsubscribed\nAnn,a@example.com,+14155550101,no\nAnn,A@example.com,,yes\n\
            Bea,,+14155550102,\nBea,,+14155550102,yes\nCy,,,\nCy,,,unsubscribed\n";
        let done = import(&app, &access, text).await.done;
        assert_eq!((done.new, done.repeated), (3, 3));
        assert!(done.problems[0].message.contains("do-not-disturb counts"), "{}", done.problems[0].message);
        assert_eq!(silenced(&app, &access).await, ["Ann", "Bea", "Cy"].map(|name| (name.to_owned(), ALL)));
    }

    async fn rows_that_stand_close_together_see_what_the_ones_before_them_did(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        // A household: one phone, first without an email.
        import(&app, &access, "Name,Email,Phone\nAnn Lee,,+12125550100\n").await;
        let text = "Name,Email,Phone,Do Not Disturb\n\
            Ann Lee,ann@example.com,+12125550100,no\n\
            Ben Lee,ben@example.com,+12125550100,no\n\
            Ann Lee,ANN@example.com,,yes\n";
        let done = import(&app, &access, text).await.done;
        assert_eq!((done.updated, done.new, done.repeated), (1, 1, 1));
        let mut found = people(&app, &access).await;
        found.sort_by(|a, b| a.first_name.cmp(&b.first_name));
        let found: Vec<_> = found.iter().map(|c| (c.first_name.as_str(), c.email.to_string(), c.dnd)).collect();
        assert_eq!(
            found,
            [("Ann", "ann@example.com".to_owned(), ALL), ("Ben", "ben@example.com".to_owned(), NONE)],
            "the phone is not Ben's alone any more, and the last row silences Ann"
        );
    }

    async fn a_file_longer_than_one_transaction_comes_in_whole_and_a_second_time_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let row = |n: usize| format!("Person {n},person{n}@example.com,+1212556{n:04}\n");
        let text: String = std::iter::once("Name,Email,Phone\n".to_owned()).chain((0..1_203).map(row)).collect();
        let done = import(&app, &access, &text).await.done;
        assert_eq!((done.rows, done.new), (1_203, 1_203));
        let page = app.service.list_contacts(&access, ContactQuery::default()).await.unwrap();
        assert_eq!(page.total, 1_203);
        let done = import(&app, &access, &text).await.done;
        assert_eq!((done.new, done.updated, done.unchanged), (0, 0, 1_203));
    }

    async fn a_file_brings_back_nobody_who_asked_for_no_more_messages(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let mut tx = app.service.db.begin().await.unwrap();
        let business = access.business();
        for (channel, address) in [(Channel::Email, "ann@example.com"), (Channel::Sms, "+12125550101")] {
            opt_outs::insert(&mut tx, business, channel, address, app.clock.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let text = "Name,Email,Phone,Do Not Sms\nAnn Lee,Ann@example.com,+12125550100,yes\n\
            Ben Lee,ben@example.com,+12125550101,no\nCid Lee,cid@example.com,+12125550102,no\n";
        import(&app, &access, text).await;
        let expected = [("Ann", Dnd { email: true, sms: true, all: false }), ("Ben", SMS), ("Cid", NONE)];
        assert_eq!(silenced(&app, &access).await, expected.map(|(name, dnd)| (name.to_owned(), dnd)));
        assert_eq!(consents_of(&app, &access, "Ann@example.com").await, Some(2), "the file's and the person's");
    }

    async fn columns_that_are_left_out_are_named_and_can_be_chosen_together(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "First name,Email,Phone,Shoe size,Privacy note,Preferred contact\nAnn,a@example.com,+14155550101,38,yes,\nBea,b@example.com,+14155550102,39,,x\n";
        let checked = upload(&app, &access, text.as_bytes()).await.unwrap();
        let left_out = LeftOut::of(&checked.columns);
        assert_eq!(left_out.speaking_of_consent, ["Privacy note", "Preferred contact"]);
        assert_eq!(left_out.others, ["Shoe size"]);
        let columns = ["first_name", "email", "phone", "none", "no_sms", "no_sms"].map(str::to_owned).to_vec();
        app.service.map_import(&access, checked.id.clone(), columns, true, None).await.unwrap();
        at_rest(&app, &access, &checked.id).await;
        app.service.start_import(&access, checked.id.clone()).await.unwrap();
        let done = at_rest(&app, &access, &checked.id).await;
        assert_eq!(LeftOut::of(&done.columns).others, ["Shoe size"]);
        assert_eq!(silenced(&app, &access).await, [("Ann".to_owned(), SMS), ("Bea".to_owned(), SMS)]);
    }

    async fn names_in_older_encodings_come_in_as_they_were_written(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let files: [(&str, &[u8], &str, TextEncoding); 4] = [
            (
                "Polish",
                b"First Name;Last Name;Email;Phone\r\n\xa3ukasz;Wi\x9cniewski;l@example.pl;+48512345678\r\nJi\xf8\xed;Dvo\xf8\xe1k;j@example.cz;+420601234567\r\n",
                "Ji\u{159}\u{ed} Dvo\u{159}\u{e1}k|\u{141}ukasz Wi\u{15b}niewski",
                TextEncoding::Windows1250,
            ),
            (
                "Russian",
                b"First Name,Last Name,Email\r\n\xc8\xe2\xe0\xed,\xcf\xe5\xf2\xf0\xee\xe2,ivan@example.com\r\n",
                "\u{418}\u{432}\u{430}\u{43d} \u{41f}\u{435}\u{442}\u{440}\u{43e}\u{432}",
                TextEncoding::Windows1251,
            ),
            (
                "Mac",
                b"First name,Last name,Email\rJos\x8e,N\x9c\x96ez,jose@example.com\rJ\x9frgen,Wei\xa7,j@example.com\r",
                "Jos\u{e9} N\u{fa}\u{f1}ez|J\u{fc}rgen Wei\u{df}",
                TextEncoding::MacRoman,
            ),
            (
                "Japanese",
                b"\x90\xa9,\x96\xbc,\x83\x81\x81[\x83\x8b\x83A\x83h\x83\x8c\x83X\r\n\x8e\x52\x93\x63,\x91\xbe\x98\x59,taro@example.com\r\n",
                "\u{592a}\u{90ce} \u{5c71}\u{7530}",
                TextEncoding::ShiftJis,
            ),
        ];
        for (business, bytes, names, encoding) in files {
            let access = app.owner(business, &format!("{business}@example.com").to_lowercase()).await;
            let checked = upload(&app, &access, bytes).await.unwrap();
            assert_eq!((checked.encoding, checked.found.unreadable), (encoding, 0), "{business}");
            app.service.start_import(&access, checked.id.clone()).await.unwrap();
            at_rest(&app, &access, &checked.id).await;
            let mut found = people(&app, &access).await.iter().map(Contact::name).collect::<Vec<_>>();
            found.sort();
            assert_eq!(found.join("|"), names, "{business}");
        }
    }

    async fn another_encoding_can_be_chosen_and_is_seen_before_anything_is_written(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let bytes = b"Ann,Lee,ann@example.com\r\nHans,M\xfcller,hans@example.com\r\nZo\xeb,Ray,zoe@example.com\r\nJos\xe9,Sol,jose@example.com\r\n";
        let checked = upload(&app, &access, &[&b"First name,Last name,Email\r\n"[..], bytes].concat()).await.unwrap();
        assert_eq!(checked.encoding, TextEncoding::Windows1252);
        let shown = |import: &Import| import.found.samples.iter().map(|sample| format!("{} {}", sample.first_name, sample.last_name)).collect::<Vec<_>>();
        assert_eq!(shown(&checked), ["Ann Lee", "Hans M\u{fc}ller", "Zo\u{eb} Ray"]);
        let columns = ["first_name", "last_name", "email"].map(str::to_owned).to_vec();
        let greek = Some(TextEncoding::Windows1253);
        app.service.map_import(&access, checked.id.clone(), columns.clone(), true, greek).await.unwrap();
        let again = at_rest(&app, &access, &checked.id).await;
        assert_eq!((again.encoding, shown(&again)[1].as_str()), (TextEncoding::Windows1253, "Hans M\u{3cc}ller"));
        assert_eq!(again.columns.iter().map(|column| column.field).collect::<Vec<_>>(), [Some(ImportField::FirstName), Some(ImportField::LastName), Some(ImportField::Email)]);
        app.service.map_import(&access, checked.id.clone(), columns, true, Some(TextEncoding::Windows1252)).await.unwrap();
        at_rest(&app, &access, &checked.id).await;
        app.service.start_import(&access, checked.id.clone()).await.unwrap();
        at_rest(&app, &access, &checked.id).await;
        assert!(people(&app, &access).await.iter().any(|contact| contact.last_name == "M\u{fc}ller"));
    }

    async fn one_of_the_contacts_that_are_shown_has_foreign_letters_where_the_file_has_some(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let plain = (0..2_000).map(|n| format!("Ann,a{n}@example.com\n")).collect::<Vec<_>>().concat();
        let text = [b"Name,Email\n", plain.as_bytes(), b"\xa3ukasz,l@example.pl\n"].concat();
        let checked = upload(&app, &access, &text).await.unwrap();
        assert_eq!(checked.encoding, TextEncoding::Windows1250);
        let lines = checked.found.samples.iter().map(|sample| sample.line).collect::<Vec<_>>();
        assert_eq!((lines, checked.found.samples[2].first_name.as_str()), (vec![2, 3, 2_002], "\u{141}ukasz"));
    }

    async fn a_row_with_damaged_letters_is_named_and_not_imported(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "First name,Email,Phone,Notes\nAnn,a@example.com,+14155550101,M\u{fffd}ller\nJ\u{fffd}rg,j@example.com,+14155550102,\n\
            Ren\u{c3}\u{a9},r@example.com,+14155550103,\nZo\u{eb},z@example.com,+14155550104,\n";
        let done = import(&app, &access, text).await.done;
        assert_eq!((done.new, done.unreadable), (2, 2));
        assert_eq!(done.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [3, 4]);
        assert!(done.problems[1].message.contains("damaged before"), "{}", done.problems[1].message);
        let names = people(&app, &access).await.into_iter().map(|contact| contact.first_name).collect::<Vec<_>>();
        assert_eq!(names, ["Ann", "Zo\u{eb}"]);
    }

    async fn a_file_without_an_email_and_a_phone_waits_until_a_column_is_chosen(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let checked = upload(&app, &access, b"Name,alpha\nAnn,ann(at)example.com\n").await.unwrap();
        assert!(!checked.has_address());
        let refused = app.service.start_import(&access, checked.id.clone()).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(why) if why.contains("email or the phone")), "{refused}");
        assert!(people(&app, &access).await.is_empty());
        let columns = ["full_name", "email"].map(str::to_owned).to_vec();
        app.service.map_import(&access, checked.id.clone(), columns, true, None).await.unwrap();
        assert!(at_rest(&app, &access, &checked.id).await.has_address());
        app.service.start_import(&access, checked.id.clone()).await.unwrap();
        at_rest(&app, &access, &checked.id).await;
        assert_eq!(people(&app, &access).await.len(), 1);
    }

    async fn contacts_that_can_never_be_sent_to_are_counted_with_the_reason(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "First name,Email,Phone,DND,No email,No SMS\nAnn,a@example.com,+14155550101,,yes,\nBea,,+14155550102,,,\n\
            Cy,cy@,12,,,\nDi,d@example.com,,yes,,\nEd,e@example.com,+14155550105,,yes,yes\n";
        let found = upload(&app, &access, text.as_bytes()).await.unwrap().found;
        assert_eq!(found.unreachable, 4);
        let why = [
            (Reason::EmailMissing, 1), (Reason::EmailInvalid, 1), (Reason::PhoneMissing, 1), (Reason::PhoneInvalid, 1), (Reason::DoNotDisturb, 2),
        ];
        assert_eq!(found.why_unreachable, why.into_iter().collect());
        assert_eq!(
            found.unreachable_in_words().unwrap(),
            "4 of 5 contacts cannot be sent a payment link: 1 without an email, 1 with an email that is not valid, 1 without a phone, \
             1 with a phone that is not valid, 2 on do not disturb."
        );
        // What is there already counts as well.
        import(&app, &access, "First name,Email,Phone\nBea,bea@example.com,+14155550102\n").await;
        let again = upload(&app, &access, text.as_bytes()).await.unwrap().found;
        assert_eq!(again.unreachable, 3);
    }

    async fn uploads_that_nobody_imports_are_removed_after_a_week(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = b"First name,Email\nAnn,a@example.com\n";
        let folder = app.service.import_folder();
        let file = |import: &Import| folder.join(format!("{}.csv", import.id));
        // The folder of PostgreSQL's stories is the same for all: the time here is never ahead of theirs.
        app.clock.advance(-8 * DAY_MS);
        let old = upload(&app, &access, text).await.unwrap();
        let id: ImportId = server::db::new_id(app.clock.now());
        let (broken_off, other) = (folder.join(format!("{id}.part")), folder.join(format!("{id}-notes.txt")));
        std::fs::write(&broken_off, text).unwrap();
        std::fs::write(&other, text).unwrap();
        app.clock.advance(2 * DAY_MS);
        app.service.remove_abandoned_imports().await.unwrap();
        assert!(!broken_off.exists() && file(&old).exists(), "an upload that broke off is gone after a day");
        app.clock.advance(6 * DAY_MS);
        let young = upload(&app, &access, text).await.unwrap();
        app.service.remove_abandoned_imports().await.unwrap();
        assert!(!file(&old).exists() && file(&young).exists());
        assert!(other.exists(), "it is not ours");
        std::fs::remove_file(other).unwrap();
        assert_eq!(app.service.read_import(&access, old.id).await.unwrap_err(), Error::NotFound);
        app.service.start_import(&access, young.id.clone()).await.unwrap();
        assert_eq!(at_rest(&app, &access, &young.id).await.status, ImportStatus::Done);
        // A file that went away meanwhile is told, and nothing hangs.
        let lost = upload(&app, &access, b"First name,Email\nBea,b@example.com\n").await.unwrap();
        std::fs::remove_file(file(&lost)).unwrap();
        let refused = app.service.start_import(&access, lost.id).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(why) if why.contains("Upload it again")), "{refused}");
    }
}

fn command(app: &TestApp, file: &Path, more: &[&str]) -> (bool, String, String) {
    let store = app.service.config.store.sqlite_file().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
    command.args(["contacts", "import"]).arg(file).args(["--business", "Studio Nord"]).args(more);
    command.current_dir(store.parent().unwrap()).env_clear();
    let Output { status, stdout, stderr } = command.env("DATABASE_URL", "sqlite://handbill.db").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.success(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_names_what_it_leaves_out_and_fails_where_nobody_can_be_written_to() {
    let app = TestApp::start(TestStore::sqlite(), &[]).await;
    let access = app.owner("Studio Nord", "owner@example.com").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, b"Name,alpha,Privacy note,Shoe size\nJos\xe9 Sol,jose@example.com,no calls,38\n").unwrap();
    for dry_run in [&["--dry-run"][..], &[]] {
        let (is_done, _, complaint) = command(&app, &file, dry_run);
        assert!(
            !is_done && complaint.contains("no column holds an email or a phone") && complaint.contains("alpha"),
            "{complaint}"
        );
    }
    assert!(people(&app, &access).await.is_empty());
    let (is_done, _, complaint) = command(&app, &file, &["--column", "beta=email"]);
    assert!(!is_done && complaint.contains("beta"), "{complaint}");

    let (is_done, said, _) = command(&app, &file, &["--column", "alpha=email", "--dry-run"]);
    assert!(is_done, "{said}");
    assert!(
        said.lines().next().unwrap().starts_with("WARNING") && said.contains("\u{201c}Privacy note\u{201d}"),
        "{said}"
    );
    assert!(said.contains("Left out: \u{201c}Shoe size\u{201d}") && said.contains("Encoding: windows-1252"), "{said}");
    assert!(
        said.contains("first name \u{201c}Jos\u{e9}\u{201d}") && said.contains("1 of 1 contacts cannot be sent"),
        "{said}"
    );
    let (is_done, said, _) = command(&app, &file, &["--column", "alpha=email", "--encoding", "windows-1253"]);
    assert!(is_done && said.contains("Done: 1 new"), "{said}");
    assert_eq!(people(&app, &access).await[0].first_name, "Jos\u{3b9}");

    std::fs::write(&file, "Name,Email\n,\n\"x\n").unwrap();
    let (is_done, _, complaint) = command(&app, &file, &[]);
    assert!(!is_done && complaint.contains("no row names anybody"), "{complaint}");
}
