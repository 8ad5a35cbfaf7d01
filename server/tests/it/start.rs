//! Starting the binary: what is wrong is said in one line, and the exit code is not 0.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn handbill(folder: &Path, arguments: &[&str], settings: &[(&str, &str)], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("LEPTOS_SITE_ADDR", "127.0.0.1:0").envs(settings.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn refusal(arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    one_line(&handbill(folder.path(), arguments, settings, ""))
}

fn one_line(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success(), "it should not have worked: {said}");
    assert_eq!(said.lines().count(), 1, "not one line: {said}");
    said
}

#[test]
fn a_wrong_setting_stops_the_start_with_a_line_that_names_it() {
    for (name, value) in [
        ("DATABASE_URL", "mysql://localhost"),
        ("LEPTOS_SITE_ADDR", "everywhere"),
        ("PUBLIC_URL", "pay.example.com"),
        ("SMTP_URL", "mail.example.com"),
        ("MAIL_FROM", "nobody"),
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_API_BASE", "http://127.0.0.1:9"),
        ("SIGNING_KEYS", "k:short"),
        ("LOG_FORMAT", "xml"),
        ("RUST_LOG", "a=b=c"),
        ("STRIPE_SECRET_KEY", "sk_test_1"),
    ] {
        let line = refusal(&["serve"], &[(name, value)]);
        let family = name.split('_').next().unwrap();
        assert!(line.starts_with(&format!("handbill: {family}")), "{name}: {line}");
        assert!(!line.contains("sk_test_1") && !line.contains("k:short"), "{line}");
    }
}

#[test]
fn without_keys_for_postgresql_nothing_starts_and_one_line_says_what_to_set() {
    for arguments in [&["serve"][..], &["config", "check"]] {
        let line = refusal(arguments, &[("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nothing")]);
        assert!(line.starts_with("handbill: SIGNING_KEYS: is missing") && line.contains("openssl rand"), "{line}");
    }
}

#[test]
fn nobody_else_on_the_machine_reads_the_data_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    let run = |umask: &str, arguments: &str| {
        let mut command = Command::new("sh");
        let script = format!("umask {umask}; exec {} {arguments}", env!("CARGO_BIN_EXE_handbill"));
        command.args(["-c", &script]).current_dir(folder.path());
        let output = command.env_remove("DATABASE_URL").env_remove("SIGNING_KEYS").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run("000", "demo");
    run("000", "backup copy.db");
    assert_eq!([mode("data"), mode("data/handbill.db"), mode("copy.db")], [0o700, 0o600, 0o600]);
    // One that an earlier version made for everybody.
    std::fs::set_permissions(folder.path().join("data/handbill.db"), PermissionsExt::from_mode(0o644)).unwrap();
    run("022", "migrate");
    assert_eq!(mode("data/handbill.db"), 0o600);
}

#[test]
fn a_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = refusal(&[], &[("LEPTOS_SITE_ADDR", &address)]);
    assert!(line.contains(&address) && line.contains("another program uses this port"), "{line}");
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let line = refusal(&["migrate"], &[("DATABASE_URL", "sqlite:///dev/null/data/handbill.db")]);
    assert!(line.starts_with("handbill: DATABASE_URL: cannot make the folder /dev/null/data"), "{line}");
}

#[test]
fn a_database_newer_than_the_binary_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert!(handbill(folder.path(), &["migrate"], &[], "").status.success());
    let file = folder.path().join("data/handbill.db");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        use sqlx::Connection as _;
        let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        sqlx::query(
            "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             values (9999, 'from the future', current_timestamp, true, x'00', 0)",
        )
        .execute(&mut connection)
        .await
        .unwrap();
        connection.close().await.unwrap();
    });
    let line = one_line(&handbill(folder.path(), &["serve"], &[], ""));
    assert!(line.contains("newer than this program"), "{line}");
}

#[test]
fn a_start_without_the_key_that_signed_the_record_is_refused_and_makes_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let done = |arguments: &[&str]| handbill(folder.path(), arguments, &[], "");
    assert!(done(&["demo"]).status.success());
    assert!(done(&["verify-ledger"]).status.success());
    let is_key = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().contains("keys");
    let keys = std::fs::read_dir(folder.path().join("data")).unwrap().map(Result::unwrap).find(is_key).unwrap().path();
    let kept = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();

    let line = one_line(&done(&["demo"]));
    assert!(line.contains("the record is signed with the key") && line.contains("accept-lost-key"), "{line}");
    assert!(!keys.exists(), "a new key would be taken for the old one");
    let kid = line.split("accept-lost-key ").nth(1).unwrap().split('`').next().unwrap().to_owned();

    // Put back it is as if nothing had been.
    std::fs::write(&keys, &kept).unwrap();
    assert!(done(&["verify-ledger"]).status.success());
    let line = one_line(&done(&["accept-lost-key", &kid]));
    assert!(line.contains("is not lost"), "{line}");

    // Lost for good: it starts again, and the check does not hide that an end could not be checked.
    std::fs::remove_file(&keys).unwrap();
    assert!(done(&["accept-lost-key", &kid]).status.success());
    assert!(done(&["demo"]).status.success());
    let check = done(&["verify-ledger"]);
    let said = String::from_utf8(check.stderr).unwrap();
    assert!(!check.status.success() && said.contains("cannot be checked") && said.contains(&kid), "{said}");
}

#[test]
fn a_database_from_before_the_first_release_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert!(handbill(folder.path(), &["migrate"], &[], "").status.success());
    let file = folder.path().join("data/handbill.db");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        use sqlx::Connection as _;
        let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        sqlx::query("update _sqlx_migrations set checksum = x'00' where version = 1")
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    });
    let line = one_line(&handbill(folder.path(), &["serve"], &[], ""));
    assert!(line.contains("from before the first release") && line.contains("name another database"), "{line}");
}

#[test]
fn settings_can_be_checked_without_leaving_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    assert!(handbill(folder.path(), &["config", "check"], &[], "").status.success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_healthcheck_without_a_server_fails() {
    let line = refusal(&["healthcheck"], &[("LEPTOS_SITE_ADDR", "127.0.0.1:9")]);
    assert!(line.contains("no answer from 127.0.0.1:9"), "{line}");
}

#[test]
fn a_user_is_made_with_a_password_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let create = ["user", "create", "--email", "ana@example.com", "--password-stdin"];
    let made = handbill(folder.path(), &create, &[], "correct horse battery\n");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(String::from_utf8(made.stdout).unwrap().starts_with("Created usr_"));
    let again = one_line(&handbill(folder.path(), &create, &[], "correct horse battery\n"));
    assert!(again.contains("exists already"), "{again}");
    let weak = ["user", "create", "--email", "bo@example.com", "--password-stdin"];
    let short = one_line(&handbill(folder.path(), &weak, &[], "short\n"));
    assert!(short.contains("at least 12"), "{short}");
}

#[test]
fn a_backup_is_a_whole_database_that_opens() {
    let folder = tempfile::tempdir().unwrap();
    let create = ["user", "create", "--email", "ana@example.com", "--password-stdin"];
    assert!(handbill(folder.path(), &create, &[], "correct horse battery\n").status.success());
    let copied = handbill(folder.path(), &["backup", "copy.db"], &[], "");
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let again = handbill(folder.path(), &["backup", "copy.db"], &[], "");
    assert!(again.status.success(), "a second backup replaces the first");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "only the data and the copy: {names:?}");
    // The keys that sign the record are not in it: they are kept beside it.
    std::fs::copy(folder.path().join("data/signing-keys"), folder.path().join("signing-keys")).unwrap();
    let from_copy = [("DATABASE_URL", "sqlite://copy.db")];
    let known = one_line(&handbill(folder.path(), &create, &from_copy, "correct horse battery\n"));
    assert!(known.contains("exists already"), "{known}");
}

#[test]
fn a_backup_of_postgresql_points_to_its_own_tool() {
    let line = refusal(&["backup", "copy"], &[("DATABASE_URL", "postgres://localhost/handbill")]);
    assert!(line.contains("pg_dump"), "{line}");
}
