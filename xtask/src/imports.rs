//! Which file of a crate imports which other one. Read from the tokens, so that what `view!` names counts like any other code.

use crate::house::{Doing, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// One file takes something from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The file that imports, from the crate's `src`.
    pub from: String,
    /// Where in it.
    pub line: usize,
    /// The file that what is imported stands in, re-exports followed.
    pub to: String,
    /// What is imported, as one path.
    pub what: String,
}

/// The names of modules from the crate's root down.
type Module = Vec<String>;

/// The file of each module.
type Files<'a> = BTreeMap<Module, &'a str>;

/// All imports between these files, each given by its path from `src` and its text.
pub fn imports(sources: &[(String, String)]) -> Result<Vec<Import>> {
    let files: Files = sources.iter().map(|(path, _)| (module(path), path.as_str())).collect();
    let mut named = Vec::new();
    for (path, text) in sources {
        let tokens: TokenStream = text.parse().doing(format!("reading {path}"))?;
        let module = module(path);
        let paths = Reader::new(tokens).paths(&module);
        named.push((path, module, paths));
    }

    // What a file names by `use` can be taken from it, by everybody or at least by the files below it.
    let mut passed_on: BTreeMap<Module, Module> = BTreeMap::new();
    for (_, module, paths) in &named {
        for path in paths.iter().filter(|path| path.scope == *module) {
            if let (Some(name), Some(meant)) = (&path.name, path.meant(&files)) {
                passed_on.insert(module.iter().chain([name]).cloned().collect(), meant);
            }
        }
    }

    let mut imports = Vec::new();
    let mut seen = BTreeSet::new();
    for (from, _, paths) in &named {
        for path in paths {
            let to = path.meant(&files).and_then(|meant| stands_in(meant, &files, &passed_on));
            let Some(to) = to.filter(|to| to != from) else { continue };
            let what = path.segments.join("::");
            if seen.insert((*from, to, what.clone())) {
                imports.push(Import { from: (*from).clone(), line: path.line, to: to.to_owned(), what });
            }
        }
    }
    Ok(imports)
}

/// `campaigns/list.rs` is `campaigns::list`, `lib.rs` and `main.rs` are the root.
fn module(path: &str) -> Module {
    match path.strip_suffix(".rs").unwrap_or(path) {
        "lib" | "main" => Module::new(),
        path => path.split('/').map(str::to_owned).collect(),
    }
}

/// The file that holds it; a name that a file only passes on is looked for where that file has it from.
fn stands_in<'a>(mut meant: Module, files: &Files<'a>, passed_on: &BTreeMap<Module, Module>) -> Option<&'a str> {
    // A chain of re-exports is short; two names that pass each other on would have no end.
    for _ in 0..8 {
        let depth =
            (0..=meant.len()).rev().find(|depth| meant.get(..*depth).is_some_and(|of| files.contains_key(of)))?;
        let source = meant.get(..=depth).and_then(|name| passed_on.get(name)).filter(|source| **source != meant);
        match source {
            Some(source) => meant = [source.as_slice(), meant.get(depth + 1..).unwrap_or_default()].concat(),
            None => return files.get(meant.get(..depth)?).copied(),
        }
    }
    None
}

/// A path as it is written.
struct Path {
    line: usize,
    segments: Vec<String>,
    /// The name that a `use` gives it.
    name: Option<String>,
    /// The module it is written in.
    scope: Module,
}

impl Path {
    /// The same from the crate's root; none for what comes from another crate.
    fn meant(&self, files: &Files<'_>) -> Option<Module> {
        let mut scope = self.scope.clone();
        let mut segments = self.segments.as_slice();
        match segments.first()?.as_str() {
            "crate" => (scope, segments) = (Module::new(), segments.get(1..)?),
            "self" => segments = segments.get(1..)?,
            "super" => {
                while let Some(("super", above)) = segments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
                    scope.pop();
                    segments = above;
                }
            }
            child => {
                let child = [scope.as_slice(), &[child.to_owned()]].concat();
                files.contains_key(&child).then_some(())?;
            }
        }
        // `use a::b::{self}` means `a::b`, `use a::*` all of `a`.
        let segments = segments.iter().filter(|segment| !matches!(segment.as_str(), "self" | "*"));
        Some(scope.into_iter().chain(segments.cloned()).collect())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Joint,
    Open(Delimiter),
    Close,
    Sign(char),
}

/// Goes through a file's tokens once.
struct Reader {
    tokens: Vec<(Token, usize)>,
    at: usize,
}

impl Reader {
    fn new(tokens: TokenStream) -> Self {
        let mut flat = Vec::new();
        flatten(tokens, &mut flat);
        Self { tokens: flat, at: 0 }
    }

    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| token)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |(_, line)| *line)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.peek(ahead)? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Every path of the file, each with the module that it is written in.
    fn paths(mut self, file: &Module) -> Vec<Path> {
        let mut paths = Vec::new();
        let mut scope = file.clone();
        let mut depth = 0_usize;
        let mut inner = Vec::new();
        while let Some(token) = self.peek(0) {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close => {
                    depth = depth.saturating_sub(1);
                    if inner.last() == Some(&depth) {
                        inner.pop();
                        scope.pop();
                    }
                }
                // What a test arranges itself with is no arrow of the house.
                Token::Word(word) if word == "mod" && self.is_for_tests() => self.skip_block(),
                Token::Word(word) if word == "mod" && self.peek(2) == Some(&Token::Open(Delimiter::Brace)) => {
                    scope.extend(self.word(1).map(str::to_owned));
                    inner.push(depth);
                    self.at += 1;
                }
                Token::Word(word) if word == "use" && matches!(self.peek(1), Some(Token::Word(_) | Token::Open(_))) => {
                    self.at += 1;
                    self.tree(&[], &scope, &mut paths);
                    continue;
                }
                Token::Word(_) if self.peek(1) == Some(&Token::Joint) => {
                    let line = self.line();
                    let segments = self.path();
                    paths.push(Path { line, segments, name: None, scope: scope.clone() });
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        paths
    }

    /// Whether `#[cfg(test)]` stands before this.
    fn is_for_tests(&self) -> bool {
        let before = self.at.checked_sub(5).and_then(|from| self.tokens.get(from..self.at)).unwrap_or_default();
        let word = |at: usize| match before.get(at) {
            Some((Token::Word(word), _)) => word,
            _ => "",
        };
        (word(0), word(2)) == ("cfg", "test")
    }

    /// Goes to the end of the next block in braces.
    fn skip_block(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close if depth == 1 => return,
                Token::Close => depth = depth.saturating_sub(1),
                Token::Sign(';') if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// `crate::money::Money`, in code.
    fn path(&mut self) -> Vec<String> {
        let mut segments = Vec::new();
        while let Some(word) = self.word(0) {
            segments.push(word.to_owned());
            self.at += 1;
            if self.peek(0) != Some(&Token::Joint) || self.word(1).is_none() {
                break;
            }
            self.at += 1;
        }
        segments
    }

    /// What follows `use`: `a::{b, c as d, e::*}`.
    fn tree(&mut self, before: &[String], scope: &Module, paths: &mut Vec<Path>) {
        let line = self.line();
        let mut segments = before.to_vec();
        loop {
            match self.peek(0) {
                Some(Token::Open(_)) => {
                    self.at += 1;
                    while !matches!(self.peek(0), None | Some(Token::Close)) {
                        self.tree(&segments, scope, paths);
                        if self.peek(0) == Some(&Token::Sign(',')) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                Some(Token::Word(word)) => segments.push(word.clone()),
                Some(Token::Sign('*')) => segments.push("*".to_owned()),
                _ => {}
            }
            self.at += 1;
            if self.peek(0) != Some(&Token::Joint) {
                break;
            }
            self.at += 1;
        }
        let mut name = segments.iter().rfind(|segment| *segment != "self").cloned();
        if self.word(0) == Some("as") {
            name = self.word(1).map(str::to_owned);
            self.at += 2;
        }
        paths.push(Path { line, segments, name, scope: scope.clone() });
    }
}

fn flatten(tokens: TokenStream, into: &mut Vec<(Token, usize)>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let line = token.span().start().line;
        match token {
            TokenTree::Ident(word) => into.push((Token::Word(word.to_string()), line)),
            TokenTree::Punct(sign) => {
                let is_joint = sign.as_char() == ':'
                    && tokens.next_if(|next| matches!(next, TokenTree::Punct(next) if next.as_char() == ':')).is_some();
                into.push((if is_joint { Token::Joint } else { Token::Sign(sign.as_char()) }, line));
            }
            TokenTree::Group(group) => {
                into.push((Token::Open(group.delimiter()), line));
                flatten(group.stream(), into);
                into.push((Token::Close, line));
            }
            TokenTree::Literal(_) => into.push((Token::Sign('"'), line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "from:line -> to" for each import.
    fn between(sources: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<_> = sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let imports = imports(&sources).expect("readable sources");
        imports.iter().map(|import| format!("{}:{} -> {}", import.from, import.line, import.to)).collect()
    }

    #[test]
    fn a_tree_of_names_is_read_to_its_leaves() {
        let found = between(&[
            ("a.rs", ""),
            ("a/b.rs", ""),
            ("d.rs", ""),
            ("e.rs", "use crate::{\n    a::{b::{One, Two}, Three},\n    d::{self as other},\n};\nuse std::fmt;"),
        ]);
        assert_eq!(found, ["e.rs:2 -> a/b.rs", "e.rs:2 -> a/b.rs", "e.rs:2 -> a.rs", "e.rs:3 -> d.rs"]);
    }

    #[test]
    fn what_is_passed_on_is_looked_for_where_it_stands() {
        let ui = "mod button;\npub use button::Button;\npub use self::card::{Card, Row as CardRow};";
        let found = between(&[
            ("ui.rs", ui),
            ("ui/button.rs", "use super::CardRow;"),
            ("ui/card.rs", ""),
            ("page.rs", "use crate::ui::{Button, Other};"),
        ]);
        assert_eq!(
            found,
            [
                "ui.rs:2 -> ui/button.rs",
                "ui.rs:3 -> ui/card.rs",
                "ui.rs:3 -> ui/card.rs",
                "ui/button.rs:1 -> ui/card.rs",
                "page.rs:1 -> ui/button.rs",
                "page.rs:1 -> ui.rs",
            ]
        );
    }

    #[test]
    fn paths_in_code_in_macros_and_in_inner_modules_count_and_words_in_texts_do_not() {
        let page = "fn f() -> impl X + use<> { view! { <p>{crate::money::zero()}</p> } }\n\
            // crate::secret::one()\nconst A: &str = \"crate::secret::two\";\n\
            mod inner {\n    use super::*;\n    use super::super::money::Money;\n}\nfn g() { rows::all() }\n\
            #[cfg(test)]\nmod tests { use crate::secret::Three; fn h() { crate::secret::four() } }";
        let found = between(&[
            ("money.rs", ""),
            ("secret.rs", ""),
            ("page.rs", page),
            ("page/rows.rs", "use super::f; use self::nothing;"),
        ]);
        assert_eq!(
            found,
            [
                "page.rs:1 -> money.rs",
                "page.rs:6 -> money.rs",
                "page.rs:8 -> page/rows.rs",
                "page/rows.rs:1 -> page.rs",
            ]
        );
    }
}
