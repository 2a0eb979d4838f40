//! The architecture of `src/` and `js/`: imports have no cycles and follow the layers in `docs/architecture.md`.
//!
//! The graph has a node for each file. An import is resolved through re-exports to the file that has the item. A `mod.rs` that
//! re-exports an item of its own folder does not depend on it by that.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ForeignItemFn, Item, ItemMod, ItemUse, Macro, UseTree, Visibility,
    visit::{self, Visit},
};

type ModulePath = Vec<String>;

/// The modules of a crate without those that only tests have.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<ModulePath, Module>,
    files: BTreeMap<String, File>,
}

/// A module, in a file or inside one.
#[derive(Default)]
struct Module {
    file: String,
    /// The names that imports bring in, with the paths that they stand for.
    imports: BTreeMap<String, ModulePath>,
}

#[derive(Default)]
struct File {
    /// The paths that the file refers to, and the modules in which it does.
    references: Vec<(ModulePath, ModulePath)>,
    /// Every identifier.
    words: Vec<String>,
    /// Imports of JavaScript that are marked `catch`, with the words of their return types.
    catches: Vec<(String, Vec<String>)>,
}

impl Crate {
    /// Reads a crate from a folder with `lib.rs`.
    fn read(folder: &Path) -> Self {
        let mut this = Self::default();
        this.read_file(folder, &folder.join("lib.rs"), Vec::new());
        this
    }

    fn read_file(&mut self, root: &Path, path: &Path, module: ModulePath) {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.strip_prefix(root).unwrap().with_extension("");
        let name = name.to_str().unwrap().replace('\\', "/");
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_folder = name == "lib" || name.ends_with("/mod");
        let children =
            path.parent().unwrap().join(if is_folder { "" } else { path.file_stem().unwrap().to_str().unwrap() });
        self.files.insert(name.clone(), File::default());
        self.read_items(root, &children, &name, module, &syntax.items);
    }

    fn read_items(&mut self, root: &Path, children: &Path, file: &str, module: ModulePath, items: &[Item]) {
        self.modules.insert(module.clone(), Module { file: file.to_owned(), ..Module::default() });
        for item in items {
            let Item::Mod(ItemMod { attrs, ident, content, .. }) = item else { continue };
            if is_test_only(attrs) {
                continue;
            }
            let child = [module.as_slice(), &[ident.to_string()]].concat();
            match content {
                Some((_, items)) => self.read_items(root, &children.join(ident.to_string()), file, child, items),
                None => {
                    let candidates =
                        [children.join(format!("{ident}.rs")), children.join(ident.to_string()).join("mod.rs")];
                    let path = candidates.iter().find(|path| path.exists());
                    self.read_file(root, path.unwrap_or_else(|| panic!("{file}: no file of mod {ident}")), child);
                }
            }
        }
        let mut visitor = References::new(module.clone());
        items.iter().filter(|item| !matches!(item, Item::Mod(_))).for_each(|item| visitor.visit_item(item));
        let References { found, uses, .. } = visitor;
        for Use { path, name, is_re_export } in uses {
            let path = self.absolute(&module, path);
            let is_own = path.len() > module.len() && path.starts_with(&module);
            let this = self.modules.get_mut(&module).unwrap();
            if let Some(name) = name {
                this.imports.insert(name, path.clone());
            }
            if !(is_re_export && is_own) {
                self.files.get_mut(file).unwrap().references.push((module.clone(), path));
            }
        }
        let references: Vec<_> =
            found.references.into_iter().map(|(module, path)| (module.clone(), self.absolute(&module, path))).collect();
        let this = self.files.get_mut(file).unwrap();
        this.references.extend(references);
        this.words.extend(found.words);
        this.catches.extend(found.catches);
    }

    /// Returns a path from the root of the crate. The path of another crate keeps its name, which no module has.
    fn absolute(&self, module: &[String], path: ModulePath) -> ModulePath {
        let mut base = module.to_vec();
        let mut rest = path.as_slice();
        loop {
            rest = match rest {
                [first, rest @ ..] if first == "crate" => {
                    base.clear();
                    rest
                }
                [first, rest @ ..] if first == "self" => rest,
                [first, rest @ ..] if first == "super" => {
                    base.pop();
                    rest
                }
                _ => break,
            };
        }
        let is_relative = rest.len() < path.len();
        let is_child = |name: &String| self.modules.contains_key(&[module, std::slice::from_ref(name)].concat());
        if is_relative || rest.first().is_some_and(is_child) {
            return [base.as_slice(), rest].concat();
        }
        [&["::".to_owned()], rest].concat()
    }

    /// Returns the file that has an item; `None` for an item of another crate.
    fn resolve(&self, path: &[String], depth: u32) -> Option<&str> {
        if depth == 0 || path.first().is_some_and(|first| first == "::") {
            return None;
        }
        let known = (0..=path.len()).rev().find(|len| self.modules.contains_key(&path[..*len]))?;
        let module = &self.modules[&path[..known]];
        let Some((name, rest)) = path[known..].split_first() else { return Some(&module.file) };
        if let Some(target) = module.imports.get(name) {
            let target = [target.as_slice(), rest].concat();
            return if target == path { Some(&module.file) } else { self.resolve(&target, depth - 1) };
        }
        Some(&module.file)
    }

    /// Returns the files that each file imports.
    fn edges(&self) -> Graph {
        let mut graph = Graph::new();
        for (name, file) in &self.files {
            let targets = graph.entry(name.clone()).or_default();
            for (_, path) in &file.references {
                targets.extend(self.resolve(path, 20).filter(|target| target != name).map(str::to_owned));
            }
        }
        graph
    }
}

/// A name that an import brings in; `None` for all names of a path.
struct Use {
    path: ModulePath,
    name: Option<String>,
    is_re_export: bool,
}

/// Collects what the items of a module refer to.
struct References {
    module: ModulePath,
    found: File,
    uses: Vec<Use>,
}

impl References {
    fn new(module: ModulePath) -> Self {
        Self { module, found: File::default(), uses: Vec::new() }
    }

    fn add_tree(&mut self, tree: &UseTree, mut path: ModulePath, is_re_export: bool) {
        match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                self.add_tree(&tree.tree, path, is_re_export);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_tree(tree, path.clone(), is_re_export));
            }
            UseTree::Glob(_) => self.uses.push(Use { path, name: None, is_re_export }),
            UseTree::Name(_) | UseTree::Rename(_) => {
                let (ident, name) = match tree {
                    UseTree::Rename(tree) => (&tree.ident, &tree.rename),
                    UseTree::Name(tree) => (&tree.ident, &tree.ident),
                    _ => return,
                };
                if ident != "self" {
                    path.push(ident.to_string());
                }
                let name = if name == "self" { path.last().cloned() } else { Some(name.to_string()) };
                self.uses.push(Use { path, name, is_re_export });
            }
        }
    }

    /// Adds the paths in tokens that are not parsed.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let word = |index: usize| match tokens.get(index) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let is_colon = |index| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    self.found.words.push(ident.to_string());
                    if ["crate", "super", "self"].contains(&ident.to_string().as_str()) {
                        let mut path = vec![ident.to_string()];
                        let mut next = index + 1;
                        while let (true, true, Some(word)) = (is_colon(next), is_colon(next + 1), word(next + 2)) {
                            path.push(word);
                            next += 3;
                        }
                        if path.len() > 1 {
                            self.found.references.push((self.module.clone(), path));
                        }
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for References {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_re_export = !matches!(item.vis, Visibility::Inherited);
        self.add_tree(&item.tree, Vec::new(), is_re_export);
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let path = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.found.references.push((self.module.clone(), path));
        }
        visit::visit_path(self, path);
    }

    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        self.found.words.push(ident.to_string());
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        visit::visit_macro(self, item);
        self.add_tokens(item.tokens.clone());
    }

    fn visit_foreign_item_fn(&mut self, item: &'ast ForeignItemFn) {
        let is_catch = |attribute: &Attribute| match attribute.meta.require_list() {
            Ok(list) => list.tokens.clone().into_iter().any(|token| token.to_string() == "catch"),
            Err(_) => false,
        };
        if item.attrs.iter().any(is_catch) {
            let mut output = References::new(Vec::new());
            output.visit_return_type(&item.sig.output);
            self.found.catches.push((item.sig.ident.to_string(), output.found.words));
        }
        visit::visit_foreign_item_fn(self, item);
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// Returns true for an item that only tests have.
fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let condition = attribute.meta.require_list().unwrap().tokens.to_string().replace(' ', "");
        condition == "test" || condition.starts_with("all(test,")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Returns a cycle of the graph, if there is one.
fn cycle(graph: &Graph) -> Option<String> {
    fn visit<'a>(
        graph: &'a Graph,
        node: &'a str,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        if let Some(start) = path.iter().position(|other| *other == node) {
            return Some([&path[start..], &[node]].concat().join(" -> "));
        }
        if !done.insert(node) {
            return None;
        }
        path.push(node);
        let found = graph.get(node).into_iter().flatten().find_map(|next| visit(graph, next, path, done));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|node| visit(graph, node, &mut Vec::new(), &mut done))
}

/// Returns the layer of a file: the index of the most specific line that names it or a folder that it is in.
fn layer(layers: &[Vec<String>], file: &str) -> Option<usize> {
    let matches = |name: &String| name == file || (name.ends_with('/') && file.starts_with(name.as_str()));
    let names = layers.iter().enumerate().flat_map(|(index, names)| names.iter().map(move |name| (index, name)));
    names.filter(|(_, name)| matches(name)).max_by_key(|(_, name)| name.len()).map(|(index, _)| index)
}

/// Returns the edges that go upwards.
fn upward_edges(graph: &Graph, layers: &[Vec<String>]) -> Vec<String> {
    let of = |file: &str| layer(layers, file).unwrap_or_else(|| panic!("{file} is in no layer"));
    let edges = graph.iter().flat_map(|(from, targets)| targets.iter().map(move |to| (from, to)));
    edges.filter(|(from, to)| of(from) < of(to)).map(|(from, to)| format!("{from} -> {to}")).collect()
}

fn layers() -> Vec<Vec<String>> {
    let text = fs::read_to_string("docs/architecture.md").unwrap();
    let (_, list) = text.split_once("<!-- layers: lowest first -->").unwrap();
    let (list, _) = list.split_once("<!-- end of layers -->").unwrap();
    let names = |line: &str| line.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    list.lines().filter(|line| line.starts_with("- ")).map(names).collect()
}

fn read_crate() -> Crate {
    Crate::read(Path::new("src"))
}

/// Returns the files of a folder and of those in it that end with an extension.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(path.to_str().unwrap(), extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_file_of_the_crate_is_in_the_graph() {
    let graph = read_crate().edges();
    for path in files("src", "rs") {
        let name = path.strip_prefix("src").unwrap().with_extension("");
        let name = name.to_str().unwrap();
        assert!(graph.contains_key(name) || name == "fake", "{name}");
    }
    let imports = |file: &str| graph[file].iter().map(String::as_str).collect::<BTreeSet<_>>();
    // Samples of each form: a group, a re-export of the root, one of a folder, and a path inside an expression.
    assert!(imports("call").is_superset(&["error", "code", "platform/mod", "platform/signal", "transport/mod"].into()));
    assert!(imports("platform/browser").contains("metadata"));
    assert!(imports("transport/fetch").is_superset(&["platform/browser", "transport/rest"].into()));
    assert!(imports("js/ensure").contains("ensure/bulk"));
    assert!(!imports("ensure/mod").contains("lib") && !imports("platform/mod").contains("platform/browser"));
}

#[test]
fn imports_of_the_crate_have_no_cycle() {
    assert_eq!(cycle(&read_crate().edges()), None);
}

#[test]
fn imports_of_the_crate_follow_the_layers() {
    let (graph, layers) = (read_crate().edges(), layers());
    assert_eq!(upward_edges(&graph, &layers), [""; 0]);
    for name in layers.iter().flatten() {
        let is_used = graph.keys().any(|file| file == name || (name.ends_with('/') && file.starts_with(name)));
        assert!(is_used, "the layers name {name}, which does not exist");
    }
}

#[test]
fn only_the_javascript_edge_and_the_crate_root_import_it() {
    for (from, targets) in read_crate().edges() {
        let imports_js = targets.iter().any(|to| to.starts_with("js/"));
        assert!(!imports_js || from.starts_with("js/") || from == "lib", "{from}");
    }
}

#[test]
fn only_the_edges_know_the_browser() {
    const BROWSER: [&str; 4] = ["wasm_bindgen", "js_sys", "web_sys", "JsValue"];
    const KNOW: [&str; 3] = ["platform/browser", "transport/fetch", "transport/tonic"];
    for (name, file) in &read_crate().files {
        if !(KNOW.contains(&name.as_str()) || name.starts_with("js/")) {
            let known: Vec<_> = BROWSER.iter().filter(|word| file.words.iter().any(|other| other == **word)).collect();
            assert!(known.is_empty(), "{name} knows {known:?}");
        }
    }
}

#[test]
fn wire_and_message_are_pure() {
    let source = read_crate();
    let graph = source.edges();
    let folders = |name: &str| ["wire/", "message/"].iter().any(|folder| name.starts_with(folder));
    for name in source.files.keys().filter(|name| folders(name)) {
        let text = fs::read_to_string(format!("src/{name}.rs")).unwrap();
        assert!(!text.contains("async ") && !text.contains(".await"), "{name} waits");
        let impure = graph[name].iter().find(|to| ["platform/", "transport/"].iter().any(|part| to.starts_with(part)));
        assert_eq!(impure, None, "{name}");
    }
}

/// wasm-bindgen loses a slot of its table for each exception that a `catch` import returns as a `JsValue`.
#[test]
fn imports_that_catch_return_an_option() {
    for (name, file) in &read_crate().files {
        for (import, output) in &file.catches {
            assert!(takes_no_slot(output), "{name}: {import} returns {output:?}");
        }
    }
}

/// Returns true for the words of `Result<Option<…>, …>`, `Result<bool, …>` and `Result<(), …>`.
fn takes_no_slot(output: &[String]) -> bool {
    let words: Vec<_> = output.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["Result", "Option" | "bool", ..] | ["Result", _])
}

/// Returns the relative imports of a JavaScript file.
fn javascript_imports(path: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with(['*', '/']));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let statements = code.split(';').filter(|statement| {
        ["import ", "import{", "export ", "export{"].iter().any(|start| statement.trim_start().starts_with(start))
    });
    let specifier = |statement: &str| {
        let (_, after) = statement.rsplit_once("from ").or_else(|| statement.split_once("import "))?;
        let specifier = after.trim_start().strip_prefix('"')?.split('"').next()?;
        specifier.starts_with('.').then(|| specifier.to_owned())
    };
    let targets = statements.filter_map(specifier).map(|specifier| {
        let target = path.parent().unwrap().join(specifier);
        let target = fs::canonicalize(&target).unwrap_or(target);
        let root = fs::canonicalize(".").unwrap();
        target.strip_prefix(root).unwrap_or(&target).display().to_string()
    });
    targets.collect()
}

#[test]
fn imports_of_the_javascript_have_no_cycle() {
    let paths = [files("js", "js"), files("src", "js")].concat();
    let graph: Graph = paths.iter().map(|path| (path.display().to_string(), javascript_imports(path))).collect();
    assert!(graph["js/call.js"].contains("src/js/arguments.js") && graph["js/load.js"].contains("js/error.js"));
    assert_eq!(cycle(&graph), None);
}

#[test]
fn snippets_import_nothing() {
    for path in files("src", "js") {
        assert_eq!(javascript_imports(&path), BTreeSet::new(), "{}", path.display());
    }
}

/// The checks fail on a crate with faults.
mod planted {
    use super::{Crate, cycle, takes_no_slot, upward_edges};
    use std::fs;

    /// Reads a crate of these files.
    fn planted(name: &str, files: &[(&str, &str)]) -> Crate {
        let folder = std::env::temp_dir().join(format!("architecture-{}-{name}", std::process::id()));
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let read = Crate::read(&folder);
        fs::remove_dir_all(folder).unwrap();
        read
    }

    #[test]
    fn cycle_is_found_through_folders_and_re_exports() {
        let lib = ("lib.rs", "mod a; mod b; pub use b::c::C;");
        let folder = ("b/mod.rs", "pub(crate) mod c; pub(crate) use self::c::C;");
        for (import, form) in [
            ("use crate::a::A;", "use"),
            ("use super::super::{a::{A}};", "super"),
            ("fn f() -> crate::a::A { crate::a::A }", "inline"),
            ("fn f() { println!(\"{:?}\", crate::a::A); }", "macro"),
        ] {
            for path in ["crate::C", "crate::b::C", "crate::b::c::C"] {
                let a = format!("use {path}; pub struct A;");
                let c = format!("pub struct C; {import}");
                let graph = planted(form, &[lib, folder, ("a.rs", &a), ("b/c.rs", &c)]).edges();
                assert_eq!(cycle(&graph).as_deref(), Some("a -> b/c -> a"), "{form} {path}");
            }
        }
    }

    #[test]
    fn imports_of_tests_and_re_exports_of_a_folder_do_not_count() {
        let files = [
            ("lib.rs", "mod a; mod b; #[cfg(test)] mod fake;"),
            (
                "a.rs",
                "pub struct A; #[cfg(test)] mod tests { use crate::b::C; } #[cfg(test)] fn f() { crate::b::f(); }",
            ),
            ("b/mod.rs", "mod c; pub use self::c::C; pub struct B;"),
            ("b/c.rs", "use super::B; use crate::a::A; pub struct C;"),
        ];
        let graph = planted("tests", &files).edges();
        assert_eq!(cycle(&graph), None);
        assert_eq!(graph["b/c"].iter().map(String::as_str).collect::<Vec<_>>(), ["a", "b/mod"]);
    }

    #[test]
    fn upward_edge_is_found() {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "pub struct B;")];
        let graph = planted("upward", &files).edges();
        let layers = |names: &[&str]| names.iter().map(|name| vec![(*name).to_owned()]).collect::<Vec<_>>();
        assert_eq!(upward_edges(&graph, &layers(&["a", "b", "lib"])), ["a -> b"]);
        assert_eq!(upward_edges(&graph, &layers(&["b", "a", "lib"])), [""; 0]);
    }

    #[test]
    fn catch_that_returns_a_value_is_found() {
        let lib = "#[wasm_bindgen] extern \"C\" {
            #[wasm_bindgen(catch, method)] fn a(this: &T) -> Result<JsValue, JsValue>;
            #[wasm_bindgen(catch)] fn b() -> Result<Option<T>, JsValue>;
            #[wasm_bindgen(catch)] fn c() -> Result<(), JsValue>;
            #[wasm_bindgen(method)] fn d(this: &T) -> JsValue;
        }";
        let planted = planted("catch", &[("lib.rs", lib)]);
        let found: Vec<_> =
            planted.files["lib"].catches.iter().map(|(name, output)| (name.as_str(), takes_no_slot(output))).collect();
        assert_eq!(found, [("a", false), ("b", true), ("c", true)]);
    }
}
