//! Arrows run down: which file may import which other one, and no files of `app` import each other in a circle.

use crate::{
    house::{Doing, House, Result, failed, files_below, read},
    imports::{Import, imports},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
};

/// The storeys of `app`, from the ground up: a file imports from its own and from those below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Storey {
    /// Types and rules that both sides agree on: the files that lie right in `app/src`.
    Words,
    /// What the product can do.
    Contract,
    /// Server functions.
    Calls,
    /// What people see: all other files in folders, and the files of [`SCREENS`].
    Screens,
}

/// Files right in `app/src` that are no words: the frame around the pages, the pages by address, and what forms share.
const SCREENS: [&str; 4] = ["dashboard.rs", "form.rs", "layout.rs", "ui.rs"];

/// All that `ui` may know besides itself: its parts serve every feature.
const UI_KNOWS: [&str; 2] = ["error.rs", "markup.rs"];

/// What a folder or file of `server` must not import. `server` still has circles, so it has no storeys yet: these are the
/// arrows that already run down.
const SERVER: [(&str, &[&str], &str); 4] = [
    (
        "facts",
        &["db", "ledger", "http", "cli", "demo", "service", "dispatcher", "providers", "render", "session", "webhooks"],
        "a fact is below the store that keeps it",
    ),
    (
        "db",
        &["http", "cli", "demo", "service", "dispatcher", "providers", "render", "session", "webhooks"],
        "the store is told what to keep and asks nobody",
    ),
    (
        "providers",
        &["db", "http", "cli", "demo", "service", "dispatcher", "session", "webhooks"],
        "a provider gets all it needs with the message",
    ),
    ("render", &["http", "cli", "demo", "service", "dispatcher", "session"], "a message is made from facts"),
];

/// Refuses an import that runs up, and a circle.
pub fn check(house: &House) -> Result {
    let app = imports(&sources(&house.root.join("app/src"))?)?;
    let server = imports(&sources(&house.root.join("server/src"))?)?;
    let mut broken: Vec<String> = app.iter().filter_map(upward).map(|said| format!("app/src/{said}")).collect();
    broken.extend(circles(&app));
    broken.extend(server.iter().filter_map(unfit).map(|said| format!("server/src/{said}")));
    match broken.as_slice() {
        [] => Ok(()),
        broken => failed(format!("imports that do not run down:\n  {}", broken.join("\n  "))),
    }
}

fn sources(folder: &Path) -> Result<Vec<(String, String)>> {
    let paths = files_below(folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let source = |path: std::path::PathBuf| {
        let name = path.display().to_string();
        let text = String::from_utf8(read(&folder.join(&path))?).doing(format!("reading {name}"))?;
        Ok((name, text))
    };
    paths.map(source).collect()
}

fn storey(file: &str) -> Storey {
    match file {
        "backend.rs" => Storey::Contract,
        _ if file.ends_with("/calls.rs") => Storey::Calls,
        _ if file.contains('/') || SCREENS.contains(&file) => Storey::Screens,
        _ => Storey::Words,
    }
}

/// What is wrong with an import of `app`, and what to do.
fn upward(import: &Import) -> Option<String> {
    let Import { from, line, to, what } = import;
    let is_ui = |file: &str| file == "ui.rs" || file.starts_with("ui/");
    let advice = match (storey(from), storey(to)) {
        _ if from == "lib.rs" => return None,
        (Storey::Calls, Storey::Contract) => return None,
        (_, Storey::Contract) => "only calls.rs reaches the contract: call a server function",
        _ if is_ui(from) && !is_ui(to) && !UI_KNOWS.contains(&to.as_str()) => {
            "`ui` knows no feature: take what it shows as an argument, or move the file out of `ui`"
        }
        (Storey::Words, Storey::Calls | Storey::Screens) => {
            "words know neither calls nor screens: move what needs it into a file of the feature's folder"
        }
        (Storey::Contract, Storey::Calls | Storey::Screens) => {
            "the contract is made of words: move the type into the feature's root"
        }
        (Storey::Calls, Storey::Screens) => "a call knows no screen: move what both need into the feature's root",
        _ => return None,
    };
    Some(format!("{from}:{line} imports {what}; {advice}"))
}

/// What is wrong with an import of `server`.
fn unfit(import: &Import) -> Option<String> {
    let Import { from, line, to, what } = import;
    let room = |file: &str| file.trim_end_matches(".rs").split('/').next().unwrap_or_default().to_owned();
    let (from_room, to_room) = (room(from), room(to));
    let (_, _, why) = SERVER.iter().find(|(of, not, _)| *of == from_room && not.contains(&to_room.as_str()))?;
    Some(format!("{from}:{line} imports {what}; {why}: hand it over as an argument"))
}

/// Every circle of files, each told once, by its shortest way round.
fn circles(imports: &[Import]) -> Vec<String> {
    let mut below: BTreeMap<&str, BTreeMap<&str, &Import>> = BTreeMap::new();
    for import in imports {
        below.entry(&import.from).or_default().entry(&import.to).or_insert(import);
    }
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for file in below.keys() {
        if told.contains(file) {
            continue;
        }
        if let Some(way) = way_round(file, &below) {
            told.extend(way.iter().map(|import| import.from.as_str()));
            let steps: Vec<_> =
                way.iter().map(|step| format!("{}:{} imports {}", step.from, step.line, step.what)).collect();
            circles.push(format!(
                "app/src/{file} is in a circle ({}); move what both ends need into a file below them",
                steps.join(", ")
            ));
        }
    }
    circles
}

/// The shortest way from a file back to itself.
fn way_round<'a>(file: &str, below: &BTreeMap<&'a str, BTreeMap<&'a str, &'a Import>>) -> Option<Vec<&'a Import>> {
    let mut ways = VecDeque::from([(file, Vec::new())]);
    let mut seen = BTreeSet::new();
    while let Some((at, way)) = ways.pop_front() {
        for (to, import) in below.get(at).into_iter().flatten() {
            let way: Vec<&Import> = way.iter().copied().chain([*import]).collect();
            if *to == file {
                return Some(way);
            }
            if seen.insert(*to) {
                ways.push_back((to, way));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sources: &[(&str, &str)]) -> Vec<Import> {
        let sources: Vec<_> = sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        imports(&sources).expect("readable sources")
    }

    fn refused(sources: &[(&str, &str)]) -> Vec<String> {
        of(sources).iter().filter_map(upward).collect()
    }

    #[test]
    fn an_import_that_runs_down_is_let_through() {
        let found = refused(&[
            ("money.rs", ""),
            ("error.rs", ""),
            ("backend.rs", "use crate::money::Money;"),
            ("pay.rs", "pub mod calls;\nuse crate::money::Money;"),
            ("pay/calls.rs", "use super::Form;\nuse crate::backend::backend;"),
            ("pay/list.rs", "use super::{Form, calls::pay};\nuse crate::{ui::Button, money::Money};"),
            ("ui.rs", "mod button;\npub use button::Button;"),
            ("ui/button.rs", "use crate::error::Error;"),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn an_import_that_runs_up_is_refused_with_its_line() {
        let found = refused(&[
            ("money.rs", "\nuse crate::ui::Button;"),
            ("backend.rs", "use crate::pay::list::Row;"),
            ("pay.rs", "pub use list::Row;\nfn f() { calls::pay() }"),
            ("pay/calls.rs", "use crate::{money::{Money}, pay::{list::Row}};"),
            ("pay/list.rs", "use crate::backend::backend;"),
            ("ui.rs", "pub use button::Button;"),
            ("ui/button.rs", "use crate::pay::Form;"),
        ]);
        let begins: Vec<_> = found.iter().filter_map(|said| said.split_once(';')).map(|(begin, _)| begin).collect();
        assert_eq!(
            begins,
            [
                "money.rs:2 imports crate::ui::Button",
                "backend.rs:1 imports crate::pay::list::Row",
                "pay.rs:1 imports list::Row",
                "pay.rs:2 imports calls::pay",
                "pay/calls.rs:1 imports crate::pay::list::Row",
                "pay/list.rs:1 imports crate::backend::backend",
                "ui/button.rs:1 imports crate::pay::Form",
            ]
        );
        assert!(found.iter().all(|said| said.contains(": ")), "each says what to do: {found:?}");
    }

    #[test]
    fn a_circle_is_told_once_with_its_steps() {
        let found = circles(&of(&[
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::{c::{C}, d};"),
            ("c.rs", "pub use crate::a::A;"),
            ("d.rs", "use crate::e::E;"),
            ("e.rs", ""),
        ]));
        assert_eq!(
            found,
            [
                "app/src/a.rs is in a circle (a.rs:1 imports crate::b::B, b.rs:1 imports crate::c::C, c.rs:1 imports crate::a::A); \
              move what both ends need into a file below them"
            ]
        );
    }

    #[test]
    fn who_takes_a_name_through_a_root_is_in_no_circle_with_the_root() {
        let ui = "mod button;\nmod card;\npub use button::Button;\npub use card::Card;";
        let found = circles(&of(&[("ui.rs", ui), ("ui/button.rs", "use super::Card;"), ("ui/card.rs", "")]));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn the_store_and_the_providers_import_nothing_above_them() {
        let found: Vec<_> = of(&[
            ("db.rs", ""),
            ("db/rows.rs", "use crate::{db::Error, http::Routes};"),
            ("http.rs", "use crate::db::rows;"),
            ("providers/smtp.rs", "use crate::db;"),
        ])
        .iter()
        .filter_map(unfit)
        .collect();
        assert_eq!(found.len(), 2);
        assert!(found.iter().any(|said| said.starts_with("db/rows.rs:1 imports crate::http::Routes;")));
        assert!(found.iter().any(|said| said.starts_with("providers/smtp.rs:1 imports crate::db;")));
    }
}
