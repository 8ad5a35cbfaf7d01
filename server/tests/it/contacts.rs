//! Contacts: list, form, files in and out, and that nothing crosses from one business to another.

use crate::{app::TestApp, both_engines, world::run};
use app::{
    account::Access,
    address::{EmailProblem, PhoneProblem, Typed},
    backend::Contacts as _,
    channel::Channel,
    contacts::{AddressForm, Contact, ContactForm, ContactQuery},
    error::Error,
    id::{ContactId, Id as _, ImportId},
    imports::{Import, ImportField, ImportReport, ImportStatus},
};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use server::{clock::Clock as _, contacts::import::TakeError};
use std::time::Duration;

fn form(first_name: &str, last_name: &str, email: &str, phone: &str) -> ContactForm {
    let [first_name, last_name, email, phone] = [first_name, last_name, email, phone].map(str::to_owned);
    ContactForm { first_name, last_name, email, phone, ..ContactForm::default() }
}

async fn add(app: &TestApp, access: &Access, form: ContactForm) -> ContactId {
    app.service.create_contact(access, form).await.expect("a contact")
}

async fn find(app: &TestApp, access: &Access, id: &ContactId) -> Contact {
    app.service.read_contact(access, id.clone()).await.expect("the contact").contact
}

async fn search(app: &TestApp, access: &Access, search: &str) -> Vec<String> {
    let query = ContactQuery { search: search.to_owned(), ..ContactQuery::default() };
    let page = app.service.list_contacts(access, query).await.expect("a list");
    page.rows.iter().map(Contact::name).collect()
}

async fn consents(app: &TestApp, id: &ContactId) -> Vec<(String, i64, String)> {
    let mut reader = app.service.db.read().await.expect("a connection");
    sqlx::query_as("select channel, dnd, source from consents where contact_id = $1 order by created_at, channel")
        .bind(id.as_str())
        .fetch_all(&mut *reader)
        .await
        .expect("consents")
}

async fn upload(app: &TestApp, access: &Access, bytes: &[u8]) -> Result<Import, TakeError> {
    let folder = app.service.import_folder();
    tokio::fs::create_dir_all(&folder).await.expect("a folder");
    let path = folder.join(format!("{}.part", server::db::new_id::<ImportId>(app.clock.now())));
    tokio::fs::write(&path, bytes).await.expect("a file");
    let id = app.service.take_import(access, &path, "people.csv").await?;
    Ok(at_rest(app, access, &id).await)
}

/// Waits until nothing moves any more.
async fn at_rest(app: &TestApp, access: &Access, id: &ImportId) -> Import {
    loop {
        let import = app.service.read_import(access, id.clone()).await.expect("the import");
        if !import.status.is_moving() {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Uploads, checks and writes; gives what the check promised and what was done.
async fn import(app: &TestApp, access: &Access, text: &str) -> (ImportReport, ImportReport) {
    let checked = upload(app, access, text.as_bytes()).await.expect("a CSV file");
    assert_eq!(checked.status, ImportStatus::Checked);
    app.service.start_import(access, checked.id.clone()).await.expect("a start");
    let done = at_rest(app, access, &checked.id).await;
    assert_eq!(done.status, ImportStatus::Done);
    (done.found, done.done)
}

async fn export(app: &TestApp, access: &Access) -> String {
    app.service.export_contacts(access.clone()).try_collect::<Vec<_>>().await.expect("a file").concat()
}

const MIXED: &str = "First name,Last name,Email,Phone,Tags,DND\r\n\
    Ann,Lee,ann@example.com,(415) 555-2671,vip,\r\n\
    Bob,Ray,bob@,+4915112345678,,yes\r\n\
    Cy,,cy@example.com,12,,\r\n\
    ,,,,,\r\n\
    Di,Fox,ann@example.com,,,\r\n\
    \"Ed,ed@example.com,,,\r\n\
    Flo,Lu,,+447400123456,\"a, b\",no\r\n\
    Gus,Li,,,,\r\n";

/// What the ledger says of changes.
async fn changes(app: &TestApp) -> Vec<Value> {
    let mut reader = app.service.db.read().await.unwrap();
    let sql = "select body from ledger_entries where kind = 'change' order by seq";
    let bodies: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *reader).await.unwrap();
    bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

/// First name, last name, email and phone of a contact that a file brings.
type Expected = (&'static str, &'static str, &'static str, &'static str);

both_engines! {
    async fn what_is_not_valid_is_kept_as_typed_and_marked(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = add(&app, &access, form("Ann", "Lee", "ann@", "+1 415 555 CARS")).await;
        let details = app.service.read_contact(&access, id.clone()).await.expect("the contact");
        assert_eq!(details.contact.email, Typed::Invalid("ann@".into()));
        assert_eq!(details.contact.phone, Typed::Invalid("+1 415 555 CARS".into()));
        assert_eq!(details.email_problem, Some(EmailProblem::NotAnAddress));
        assert_eq!(details.phone_problem, Some(PhoneProblem::Letters));

        let repaired = ContactForm { version: 1, ..form("Ann", "Lee", " ann@EXAMPLE.com", "(415) 555-2671") };
        app.service.update_contact(&access, id.clone(), repaired).await.expect("a save");
        let details = app.service.read_contact(&access, id).await.expect("the contact");
        assert_eq!(details.contact.email.to_string(), "ann@example.com");
        assert_eq!(details.contact.phone.to_string(), "+14155552671");
        assert_eq!(details.phone, "+1 415-555-2671");
        assert_eq!((details.email_problem, details.phone_problem), (None, None));
    }

    async fn a_contact_without_anything_is_refused_at_its_first_field(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let refused = app.service.create_contact(&access, form(" ", "", "", " ")).await.expect_err("a refusal");
        assert!(refused.message_for("first_name").is_some());
        let id = add(&app, &access, form("Ann", "", "", "")).await;
        let emptied = ContactForm { version: 1, tags: "vip".into(), ..ContactForm::default() };
        let refused = app.service.update_contact(&access, id, emptied).await.expect_err("a refusal");
        assert!(refused.message_for("first_name").is_some());
    }

    async fn a_name_loses_what_would_break_a_message(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = add(&app, &access, form("Ann\r\nBcc: x@example.com", "\u{202e}eeL\0", "", "")).await;
        assert_eq!(find(&app, &access, &id).await.name(), "Ann Bcc: x@example.com eeL");
    }

    async fn a_search_finds_any_part_of_name_email_and_phone(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        add(&app, &access, form("José", "Ñandú", "jose@example.com", "+14155552671")).await;
        add(&app, &access, form("Łukasz", "100%", "l_k@example.org", "")).await;
        add(&app, &access, form("李", "小龍", "", "+8613800138000")).await;
        for (text, found) in [
            ("JOSE", "José Ñandú"),
            ("osé ñ", "José Ñandú"),
            ("nandu", "José Ñandú"),
            ("@example.com", "José Ñandú"),
            ("(415) 555", "José Ñandú"),
            ("lukasz", "Łukasz 100%"),
            ("%", "Łukasz 100%"),
            ("_", "Łukasz 100%"),
            ("小", "李 小龍"),
            ("138 0013", "李 小龍"),
        ] {
            assert_eq!(search(&app, &access, text).await, [found], "{text}");
        }
        for text in ["nobody", "\\", "e%e", "' or 1=1 --"] {
            assert_eq!(search(&app, &access, text).await, [""; 0], "{text}");
        }
    }

    async fn a_list_comes_by_name_twenty_at_a_time_and_by_tag(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        for number in (1..=45).rev() {
            let tags = if number % 9 == 0 { "Nine, \"q\"" } else { "" };
            let person = ContactForm { tags: tags.into(), ..form(&format!("p{number:02}"), "", "", "") };
            add(&app, &access, person).await;
        }
        let query = |page, tag: &str| ContactQuery { page, tag: tag.into(), ..ContactQuery::default() };
        let page = app.service.list_contacts(&access, query(3, "")).await.expect("a page");
        assert_eq!((page.total, page.count(), page.number), (45, 3, 3));
        assert_eq!(page.rows.iter().map(Contact::name).collect::<Vec<_>>(), ["p41", "p42", "p43", "p44", "p45"]);
        let page = app.service.list_contacts(&access, query(0, "Nine")).await.expect("a page");
        assert_eq!((page.total, page.number), (5, 1));
        assert_eq!(app.service.list_contacts(&access, query(1, "\"q\"")).await.expect("a page").total, 5);
        assert_eq!(app.service.list_contacts(&access, query(1, "in")).await.expect("a page").total, 0);
        assert_eq!(app.service.list_contact_tags(&access).await.expect("tags"), ["\"q\"", "Nine"]);
        let far = app.service.list_contacts(&access, query(u32::MAX, "")).await.expect("a page");
        assert!(far.rows.is_empty());
    }

    async fn the_second_of_two_saves_is_told_and_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = add(&app, &access, form("Ann", "Lee", "", "")).await;
        let save = |first_name: &str, dnd| ContactForm { version: 1, do_not_disturb: dnd, ..form(first_name, "Lee", "", "") };
        app.service.update_contact(&access, id.clone(), save("Anna", false)).await.expect("a save");
        let second = app.service.update_contact(&access, id.clone(), save("Annie", true)).await;
        assert!(matches!(second, Err(Error::Conflict(_))));
        let contact = find(&app, &access, &id).await;
        assert_eq!((contact.first_name.as_str(), contact.version, contact.dnd.all), ("Anna", 2, false));
        assert!(consents(&app, &id).await.is_empty());
    }

    async fn each_switch_of_do_not_disturb_leaves_its_evidence(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = add(&app, &access, ContactForm { do_not_disturb: true, ..form("Ann", "", "", "") }).await;
        let save = |version, no_email, no_sms| ContactForm { version, no_email, no_sms, ..form("Ann", "", "", "") };
        for (version, no_email) in [(1, true), (2, true), (3, false)] {
            app.clock.advance(1_000);
            app.service.update_contact(&access, id.clone(), save(version, no_email, true)).await.expect("a save");
        }
        let expected =
            [("all", 1), ("all", 0), ("email", 1), ("sms", 1), ("email", 0)].map(|(c, on)| (c.into(), on, "form".into()));
        assert_eq!(consents(&app, &id).await, expected);
        assert!(find(&app, &access, &id).await.dnd.sms);
    }

    async fn an_archived_contact_leaves_the_list_and_comes_back(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = add(&app, &access, form("Ann", "", "", "")).await;
        app.service.archive_contact(&access, id.clone(), true).await.expect("archived");
        assert!(search(&app, &access, "").await.is_empty());
        let archived = ContactQuery { archived: true, ..ContactQuery::default() };
        assert_eq!(app.service.list_contacts(&access, archived).await.expect("a list").total, 1);
        app.service.archive_contact(&access, id, false).await.expect("back");
        assert_eq!(search(&app, &access, "").await, ["Ann"]);
    }

    async fn what_users_do_to_contacts_is_on_record_from_what_to_what(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio", "owner@example.com").await;
        let user = access.user().as_str().to_owned();
        let id = add(&app, &access, form("Ada", "", "ada@", "+1 415 555 2671")).await;
        let edited = ContactForm {
            version: 1,
            tags: "vip".to_owned(),
            no_sms: true,
            ..form("Ada", "Lovelace", "ada@", "+1 415 555 2671")
        };
        app.service.update_contact(&access, id.clone(), edited.clone()).await.unwrap();
        // Saved again as it is: nothing to tell.
        let same = ContactForm { version: 2, ..edited };
        app.service.update_contact(&access, id.clone(), same).await.unwrap();
        let fix = AddressForm { email: Some("ada@example.com".to_owned()), version: 3, ..AddressForm::default() };
        app.service.fix_addresses(&access, id.clone(), fix).await.unwrap();
        for archived in [true, true, false] {
            app.service.archive_contact(&access, id.clone(), archived).await.unwrap();
        }
        run(&app, "update contacts set email_undeliverable_at = 1, email_undeliverable = 'x'").await;
        for _ in 0..2 {
            app.service.confirm_address(&access, id.clone(), Channel::Email).await.unwrap();
        }
        let text = |from: &str, to: &str| json!({"from": from, "to": to});
        let expected = [
            json!({"first_name": text("", "Ada"), "email": text("", "ada@"), "phone": text("", "+14155552671")}),
            json!({"last_name": text("", "Lovelace"), "tags": {"from": [], "to": ["vip"]}}),
            json!({"email": text("ada@", "ada@example.com")}),
            json!("archived"),
            json!("unarchived"),
            json!({"confirmed": {"channel": "email", "address": "ada@example.com"}}),
        ];
        let entry = |left: Value| json!({"user": user, "what": "contact", "id": id.as_str(), "left": left});
        assert_eq!(changes(&app).await, expected.map(entry));
        let switched = consents(&app, &id).await;
        assert_eq!(switched, [("sms".to_owned(), 1, "form".to_owned())], "which is on record as consent");
    }

    async fn an_import_is_on_record_once_with_its_counts(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio", "owner@example.com").await;
        import(&app, &access, "First name,Email\nAda,ada@example.com\nBob,bob@\n,\n").await;
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), "First name,Email\nCy,cy@example.com\n").unwrap();
        for writes in [false, true] {
            app.service.import_contacts(access.business(), "US", file.path(), writes).await.unwrap();
        }
        let entries = changes(&app).await;
        assert_eq!(entries.len(), 2, "a dry run is none: {entries:?}");
        let [by_user, by_command] = [&entries[0], &entries[1]];
        assert_eq!((&by_user["what"], &by_user["user"]), (&json!("import"), &json!(access.user().as_str())));
        assert_eq!(by_user["left"]["file"], "people.csv");
        let counts = |entry: &Value| ["rows", "new", "blank", "invalid_email"].map(|count| entry["left"]["rows"][count].as_i64().unwrap());
        assert_eq!(counts(by_user), [3, 2, 1, 1]);
        assert!(!by_user.to_string().contains("bob@"), "counts, and nothing of what stood in the file");
        assert_eq!((counts(by_command), by_command.get("user")), ([1, 1, 0, 0], None));
    }

    async fn nothing_of_another_business_is_seen_or_changed(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let other = app.owner("Other", "other@example.com").await;
        let id = add(&app, &access, form("Ann", "Lee", "ann@example.com", "+14155552671")).await;
        let foreign = upload(&app, &access, MIXED.as_bytes()).await.expect("a file");
        assert!(search(&app, &other, "").await.is_empty());
        assert!(!export(&app, &other).await.contains("ann@"));
        let unknown = ContactId::from_bits(7);
        for id in [id.clone(), unknown] {
            let save = ContactForm { version: 1, ..form("X", "", "", "") };
            assert_eq!(app.service.read_contact(&other, id.clone()).await.expect_err("none"), Error::NotFound);
            assert_eq!(app.service.update_contact(&other, id.clone(), save).await, Err(Error::NotFound));
            assert_eq!(app.service.archive_contact(&other, id, true).await, Err(Error::NotFound));
        }
        for id in [foreign.id.clone(), ImportId::from_bits(7)] {
            assert_eq!(app.service.read_import(&other, id.clone()).await.expect_err("none"), Error::NotFound);
            assert_eq!(app.service.start_import(&other, id.clone()).await, Err(Error::NotFound));
            assert_eq!(app.service.map_import(&other, id, vec![], true, None).await, Err(Error::NotFound));
        }
        // The same file there meets nobody of here.
        let (_, done) = import(&app, &other, "Email\nann@example.com\n").await;
        assert_eq!((done.new, done.updated), (1, 0));
        assert_eq!(find(&app, &access, &id).await.first_name, "Ann");
    }

    async fn a_dry_run_says_by_line_what_would_happen_and_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let checked = upload(&app, &access, MIXED.as_bytes()).await.expect("a file");
        let found = &checked.found;
        assert_eq!((found.rows, found.new, found.updated, found.unchanged), (8, 5, 0, 0));
        assert_eq!((found.repeated, found.blank, found.unreadable), (1, 1, 1));
        assert_eq!((found.invalid_email, found.invalid_phone), (1, 1));
        assert_eq!(found.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [3, 4, 6, 7]);
        assert!(found.problems[2].message.contains("line 2"), "{}", found.problems[2].message);
        assert!(search(&app, &access, "").await.is_empty());
        let fields = checked.columns.iter().map(|column| column.field).collect::<Vec<_>>();
        assert_eq!(fields[2], Some(ImportField::Email));
        assert_eq!(checked.columns[0].examples, ["Ann", "Bob", "Cy"]);
    }

    async fn a_second_import_of_the_same_file_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let (found, done) = import(&app, &access, MIXED).await;
        assert_eq!(found, done);
        let before = export(&app, &access).await;
        let (found, again) = import(&app, &access, MIXED).await;
        assert_eq!(found, again);
        assert_eq!((again.new, again.updated, again.unchanged, again.repeated), (0, 0, 5, 1));
        assert_eq!(export(&app, &access).await, before);
        let names = search(&app, &access, "").await;
        assert_eq!(names, ["Ann Lee", "Bob Ray", "Cy", "Flo Lu", "Gus Li"]);
    }

    async fn an_import_updates_without_wiping_or_lifting_anything(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let quiet = ContactForm { do_not_disturb: true, tags: "old".into(), ..form("Ann", "Lee", "Ann@example.com", "+14155552671") };
        let id = add(&app, &access, quiet).await;
        let text = "First name,Last name,Email,Phone,Tags,DND,No SMS\nAnna,,ann@EXAMPLE.com,12,new,no,yes\n";
        let (_, done) = import(&app, &access, text).await;
        assert_eq!((done.new, done.updated, done.invalid_phone), (0, 1, 1));
        let contact = find(&app, &access, &id).await;
        assert_eq!(contact.name(), "Anna Lee");
        assert_eq!(contact.phone.to_string(), "+14155552671");
        assert_eq!(contact.tags, ["old", "new"]);
        assert!(contact.dnd.all && contact.dnd.sms && !contact.dnd.email);
        let evidence = consents(&app, &id).await;
        assert_eq!(evidence.last().expect("evidence"), &("sms".into(), 1, "import".into()));
        assert_eq!(evidence.len(), 2);
    }

    async fn a_contact_that_was_repaired_meanwhile_is_known_by_its_phone(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = "Name,Email,Phone\nAnn Lee,ann@,+14155552671\nBea Lee,bea@,+14155552671\n";
        let (found, done) = import(&app, &access, text).await;
        assert_eq!((found.new, found.repeated), (1, 1));
        assert_eq!(found, done);
        let query = ContactQuery::default();
        let id = app.service.list_contacts(&access, query).await.expect("a list").rows[0].id.clone();
        let repaired = ContactForm { version: 1, ..form("Ann", "Lee", "ann@example.com", "+14155552671") };
        app.service.update_contact(&access, id.clone(), repaired).await.expect("a save");
        let (_, again) = import(&app, &access, text).await;
        assert_eq!((again.new, again.updated, again.unchanged), (0, 0, 1));
        assert_eq!(find(&app, &access, &id).await.email.to_string(), "ann@example.com");
    }

    async fn what_is_exported_is_imported_as_the_same(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let formula = ContactForm { tags: "a, =b".into(), no_email: true, ..form("=1+1", "'@x", "ann@example.com", "+14155552671") };
        add(&app, &access, formula).await;
        add(&app, &access, form("José \"Pepe\"", "李, 小龍", "jose@", "-12")).await;
        let file = export(&app, &access).await;
        assert!(file.starts_with('\u{feff}'));
        let risky = file.lines().skip(1).flat_map(|line| line.split(',')).any(|cell| cell.starts_with(['=', '+', '-', '@']));
        assert!(!risky, "{file}");
        let (_, done) = import(&app, &access, &file).await;
        assert_eq!((done.unchanged, done.new, done.updated), (2, 0, 0));
        let other = app.owner("Other", "other@example.com").await;
        let (_, done) = import(&app, &other, &file).await;
        assert_eq!(done.new, 2);
        let sorted = |file: &str| {
            let mut lines = file.lines().map(str::to_owned).collect::<Vec<_>>();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&export(&app, &other).await), sorted(&file));
    }

    async fn columns_can_be_given_other_meanings_before_anything_is_written(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let checked = upload(&app, &access, "alpha;beta\nann@example.com;Ann\n".as_bytes()).await.expect("a file");
        assert_eq!((checked.found.new, checked.found.blank), (0, 1));
        let columns = vec!["email".to_owned(), "first_name".to_owned()];
        app.service.map_import(&access, checked.id.clone(), columns, true, None).await.expect("a mapping");
        let checked = at_rest(&app, &access, &checked.id).await;
        assert_eq!((checked.status, checked.found.new), (ImportStatus::Checked, 1));
        let twice = vec!["first_name".to_owned(), "first_name".to_owned()];
        let refused = app.service.map_import(&access, checked.id.clone(), twice, true, None).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        app.service.start_import(&access, checked.id.clone()).await.expect("a start");
        app.service.start_import(&access, checked.id.clone()).await.expect("a second press");
        let done = at_rest(&app, &access, &checked.id).await;
        assert_eq!((done.status, done.done.new), (ImportStatus::Done, 1));
        let late = app.service.map_import(&access, checked.id, vec![], true, None).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        assert_eq!(search(&app, &access, "").await, ["Ann"]);
    }

    async fn an_import_that_stopped_goes_on_where_it_was(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let text = std::iter::once("Name,Email".to_owned())
            .chain((1..=1_200).map(|number| format!("Person {number},p{number}@example.com")))
            .collect::<Vec<_>>()
            .join("\n");
        let checked = upload(&app, &access, text.as_bytes()).await.expect("a file");
        // As a server that died after the first part leaves it.
        import(&app, &access, &text.lines().take(501).collect::<Vec<_>>().join("\n")).await;
        let half = ImportReport { rows: 500, new: 500, ..ImportReport::default() };
        let mut tx = app.service.db.begin().await.expect("a transaction");
        sqlx::query("update imports set status = 'importing', done = $2 where id = $1")
            .bind(checked.id.as_str())
            .bind(serde_json::to_string(&half).expect("JSON"))
            .execute(&mut *tx)
            .await
            .expect("an update");
        tx.commit().await.expect("a commit");
        app.clock.advance(120_000);
        let stopped = app.service.read_import(&access, checked.id.clone()).await.expect("the import");
        assert_eq!(stopped.status, ImportStatus::Stopped);
        app.service.start_import(&access, checked.id.clone()).await.expect("a start");
        let done = at_rest(&app, &access, &checked.id).await;
        assert_eq!((done.status, done.done.rows, done.done.new, done.done.unchanged), (ImportStatus::Done, 1_200, 1_200, 0));
        let all = app.service.list_contacts(&access, ContactQuery::default()).await.expect("a list");
        assert_eq!(all.total, 1_200);
    }

    async fn files_that_are_no_csv_are_refused_and_leave_nothing_behind(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        for bytes in [&b"PK\x03\x04rest"[..], b"", b"%PDF-1.7 rest", b"\"never closed"] {
            assert!(matches!(upload(&app, &access, bytes).await, Err(TakeError::Refused(_))));
        }
    }

    async fn old_encodings_and_separators_come_in_right(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let latin = b"Vorname;Nachname;E-Mail\r\nJos\xe9;M\xfcller;jose@example.com\r\n";
        let checked = upload(&app, &access, latin).await.expect("a file");
        app.service.start_import(&access, checked.id.clone()).await.expect("a start");
        at_rest(&app, &access, &checked.id).await;
        assert_eq!(search(&app, &access, "muller").await, ["José Müller"]);
    }

    async fn files_of_other_programs_come_in_with_their_names_and_addresses(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let files: [(&str, &str, &[Expected]); 9] = [
            (
                "IN",
                "Sr No,Customer Name,Mobile No.,Email ID\n1,Asha Rao,9812345678,asha@example.in\n",
                &[("Asha", "Rao", "asha@example.in", "+919812345678")],
            ),
            (
                "GB",
                "Person - Name,Person - Email - Work,Person - Phone - Mobile\nRhea Moss,rhea@example.com,07400 123457\n",
                &[("Rhea", "Moss", "rhea@example.com", "+447400123457")],
            ),
            (
                "DE",
                "Name;Vorname;E-Mail;Handy\nMüller;Jörg;joerg@example.de;+49 151 23456789\n",
                &[("Jörg", "Müller", "joerg@example.de", "+4915123456789")],
            ),
            (
                "US",
                "Name,Surname,Email\nRhea,Moss,rhea@example.com\n",
                &[("Rhea", "Moss", "rhea@example.com", "")],
            ),
            (
                "GB",
                "Name,Email,Phone,Mobile\nRhea Moss,rhea@example.com,+44 20 7946 0018,+44 7400 123457\n",
                &[("Rhea", "Moss", "rhea@example.com", "+447400123457")],
            ),
            (
                "US",
                "Name,Email,Phone\n\"Robert Hale, Jr.\",rh@example.com,+14155550101\n\
                 \"Brightwell Bakery, Inc.\",hello@brightwell.example,+14155550102\n\
                 \"Hale, Robert\",r2@example.com,+14155550104\n",
                &[
                    ("Robert", "Hale, Jr.", "rh@example.com", "+14155550101"),
                    ("", "Brightwell Bakery, Inc.", "hello@brightwell.example", "+14155550102"),
                    ("Robert", "Hale", "r2@example.com", "+14155550104"),
                ],
            ),
            (
                "US",
                "billing_first_name,billing_last_name,billing_email,billing_phone\nAnn,O&#39;Neil,N/A,\"=\"\"(415) 555-2671\"\"\"\n",
                &[("Ann", "O'Neil", "", "+14155552671")],
            ),
            (
                "GB",
                "Name,Given Name,Family Name,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value\n\
                 Rhea Moss,Rhea,Moss,rhea@example.com ::: r2@example.com,Home,+44 20 7946 0018,Mobile,+44 7400 123457 ::: 12\n",
                &[("Rhea", "Moss", "rhea@example.com", "+447400123457")],
            ),
            (
                "DE",
                "First Name,Email,Phone\nNational,a@example.de,1601234567.0\nEither,b@example.de,0170 1234567/8\n\
                 Plus,p@example.de,+491601234567.0\nMarks,m@example.de,\u{202a}+49 160 1234568\u{202c}\n",
                &[
                    ("National", "", "a@example.de", "1601234567.0"),
                    ("Either", "", "b@example.de", "0170 1234567/8"),
                    ("Plus", "", "p@example.de", "+491601234567"),
                    ("Marks", "", "m@example.de", "+491601234568"),
                ],
            ),
        ];
        for (number, (country, text, expected)) in files.into_iter().enumerate() {
            let access = app.owner("Studio Nord", &format!("owner{number}@example.com")).await;
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), text).expect("a file");
            app.service.import_contacts(access.business(), country, file.path(), true).await.expect("an import");
            let page = app.service.list_contacts(&access, ContactQuery::default()).await.expect("a list");
            let mut found: Vec<_> = page
                .rows
                .iter()
                .map(|c| (c.first_name.clone(), c.last_name.clone(), c.email.to_string(), c.phone.to_string()))
                .collect();
            let owned = |&(first, last, email, phone): &(&str, &str, &str, &str)| {
                (first.to_owned(), last.to_owned(), email.to_owned(), phone.to_owned())
            };
            let mut expected: Vec<_> = expected.iter().map(owned).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{text}");
        }
    }

    async fn the_command_line_imports_the_same(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), MIXED).expect("a file");
        let done = app.service.import_contacts(access.business(), "US", file.path(), true).await.expect("an import").report;
        assert_eq!((done.new, done.repeated, done.unreadable), (5, 1, 1));
        let (_, again) = import(&app, &access, MIXED).await;
        assert_eq!((again.new, again.unchanged), (0, 5));
    }
}
